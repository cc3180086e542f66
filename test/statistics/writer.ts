/** A process that writes records of these students as fast as possible: `writer.ts DATABASE_URL TIMES ACCOUNT…`. */
import type { AccountId } from '../../src/accounts/account.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { DomainError } from '../../src/shared/errors.ts'
import { DatabaseUnavailableError } from '../../src/storage/database-unavailable.ts'
import type { StudyId } from '../../src/studies/study.ts'
import { openCampus } from './campus.ts'

const [url, times, ...accounts] = process.argv.slice(2)
const storage = openDatabase(readConfig({ DATABASE_URL: url }).database)
const epoch = 1_749_999_600
const { studies, own } = openCampus(storage, () => epoch)
const ago = () => epoch - Math.floor(Math.random() * 100) * 900
const ids = new Map<AccountId, StudyId>()

async function writeOnce(account: AccountId): Promise<void> {
  const [start, length] = [ago(), Math.floor(Math.random() * 8) * 1800]
  const { id } = await studies.startStudy(account, start)
  const earlier = ids.get(account)
  if (Math.random() < 0.7) await studies.endStudy(account, id, Math.min(epoch, start + length))
  if (earlier !== undefined && Math.random() < 0.3) await own.removeStudy(account, earlier)
  else if (earlier !== undefined) await own.editStudy(account, earlier, { startedAt: ago(), subject: '英语' })
  ids.set(account, id)
}

/** A busy machine may have no time for all at once. A refused write had no effect. */
function isRefusal(error: unknown): boolean {
  return error instanceof DomainError || error instanceof DatabaseUnavailableError
}

for (let time = 0; time < Number(times); time += 1) {
  // All at once: on SQLite they share commits.
  const writes = await Promise.allSettled(accounts.map((account) => writeOnce(Number(account) as AccountId)))
  for (const write of writes) if (write.status === 'rejected' && !isRefusal(write.reason)) throw write.reason
  process.stdout.write('.')
}
await storage.close()
