import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import { type Drift, verifyTotals } from '../../src/statistics/maintenance/verify.service.ts'
import { DatabaseUnavailableError } from '../../src/storage/database-unavailable.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCampusSumMatches, assertTotalsMatch, openCampus } from './campus.ts'

let database: TestDatabase
let storage: Storage
let accounts: AccountId[]

beforeEach(async () => {
  database = await openTestDatabase()
  storage = database.open()
  accounts = [await newAccount(storage), await newAccount(storage)]
})

afterEach(() => database.close())

function startWriter(times: number): ChildProcess {
  const script = new URL('./writer.ts', import.meta.url).pathname
  return spawn(process.execPath, [script, database.url, String(times), ...accounts.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function assertRight(): Promise<void> {
  const campus = openCampus(storage, () => 1_749_999_600)
  const drifts: Drift[] = []
  const { outdated } = await verifyTotals(storage, campus.totals, undefined, { onDrift: (drift) => drifts.push(drift) })
  assert.deepEqual([drifts, outdated], [[], 0])
  for (const account of accounts) await assertTotalsMatch(campus, account, 900)
  await assertCampusSumMatches(campus)
}

test('processes that write records of the same students at once keep every total correct', async () => {
  const exits = [1, 2, 3].map(async () => {
    const writer = startWriter(25)
    writer.stdout?.resume()
    assert.deepEqual(await once(writer, 'exit'), [0, null])
  })
  await Promise.all(exits)
  await assertRight()
})

test('after the kill of a process at any time, totals match the records', async () => {
  for (const [at, quarters] of [1, 2, 3].entries()) {
    const writer = startWriter(10_000)
    const exit = once(writer, 'exit')
    let written = 0
    for await (const dots of writer.stdout ?? []) {
      written += String(dots).length
      if (written < 5 * quarters + at) continue
      writer.kill('SIGKILL')
      break
    }
    await exit
    await assertRight()
  }
})

test('a hundred concurrent starts over several connections leave one running record and correct totals', async () => {
  const [account] = accounts as [AccountId]
  const now = 1_749_999_600
  const campuses = database.openMany(5).map((handle, at) => openCampus(handle, () => now + at * 900))
  const refused = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      untilTaken(() => campuses[at % 5]?.studies.startStudy(account, now - at * 900)),
    ),
  )
  const refusals = refused.reduce((sum, times) => sum + times, 0)
  const rows = await storage.db.selectFrom('studies').select('ended_at').execute()
  // A commit without a response in time may have succeeded: then its repeated start exists twice.
  assert.ok(rows.length >= 100 && rows.length <= 100 + refusals, `${rows.length} records, ${refusals} refusals`)
  assert.equal(rows.filter(({ ended_at }) => ended_at === null).length, 1)
  accounts = [account]
  await assertRight()
})

/** A busy machine may have no time for a hundred at once. Refused ones are sent again. Returns how often. */
async function untilTaken(write: () => unknown): Promise<number> {
  for (let refusals = 0; ; refusals++) {
    try {
      await write()
      return refusals
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError) || refusals === 50) throw error
    }
  }
}
