import { get as getHttp, type IncomingMessage } from 'node:http'
import { createTokens } from '../../src/authentication/token.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { deriveKeys } from '../../src/keys.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { bearer, type Credentials } from '../contract/client.ts'
import { newAccount } from '../support/test-storage.ts'

export const secret = 'the secret of these exports is long enough'
const from = Date.parse('2020-01-01T00:00:00Z') / 1000
/** The maximum length of a note, in characters of three bytes. */
const note = '静'.repeat(500)

export function openStorage(databaseUrl: string): Storage {
  return openDatabase(readConfig({ DATABASE_URL: databaseUrl }).database)
}

/** Creates an account with this many records of an hour, each with a long note, far more than a socket buffers. */
export async function accountWith(storage: Storage, records: number): Promise<Credentials> {
  const accountId = await newAccount(storage)
  const columns = { account_id: accountId, end_cause: 'student' as const, note }
  for (let done = 0; done < records; done += 500) {
    const rows = Array.from({ length: Math.min(500, records - done) }, (_, index) => {
      const started_at = from + (done + index) * 3600
      return { ...columns, started_at, ended_at: started_at + 1800 }
    })
    await storage.write(async (tx) => void (await tx.insertInto('studies').values(rows).execute()))
  }
  const tokens = createTokens(deriveKeys(secret).token, 3600)
  return bearer(tokens.issue({ accountId, version: 1 }, Math.floor(Date.now() / 1000)))
}

/** A response of which only the headers are read. */
export function begin(address: string, as: Credentials, query = ''): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = getHttp(`${address}/api/v1.0/users/me/export${query}`, { headers: as, agent: false })
    request.once('response', resolve).once('error', reject)
  })
}
