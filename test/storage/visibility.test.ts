import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import type { AccountId } from '../../src/accounts/account.ts'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import { createSettingsService } from '../../src/accounts/settings/settings.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { addToCounters } from '../../src/studies/list/study-counter.repository.ts'
import { startDeltas } from '../../src/studies/list/study-counter.ts'
import { createStudyService } from '../../src/studies/study.service.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { countForEveryone } from '../../src/studies/study-visibility.service.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'

const first = 1_500_000_000
const records = 100_000

let database: TestDatabase
let storage: Storage

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})

after(() => database.close())

/** Records ten minutes apart, for two years without a pause. */
async function insertMany(account: AccountId): Promise<void> {
  for (let at = 0; at < records; at += 5_000) {
    const rows = Array.from({ length: 5_000 }, (_, index) => first + (at + index) * 600)
    await storage.write(async (tx) => {
      const values = sql.join(rows.map((start) => sql`(${account}, ${start}, ${start + 300}, 'student')`))
      await sql`insert into studies (account_id, started_at, ended_at, end_cause) values ${values}`.execute(tx)
      await tx
        .updateTable('accounts')
        .set((eb) => ({ study_count: eb('study_count', '+', rows.length) }))
        .where('id', '=', account)
        .execute()
      addToCounters(
        tx,
        rows.flatMap((start) => startDeltas(start, 1)),
      )
    })
  }
}

/** How often other requests would have run. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let over = false
  const count = () => {
    turns += 1
    if (!over) setImmediate(count)
  }
  setImmediate(count)
  await work()
  over = true
  return turns
}

test('a student with very many records hides and shows them quickly, and pages by number stay correct', async (t) => {
  const [ann, bob] = [await newAccount(storage), await newAccount(storage)]
  await insertMany(ann)
  const now = first + records * 600 + 3600
  const studies = createStudyService({ storage, clock: { now: () => now }, maxHours: 16, idleMinutes: 30 })
  const settings = createSettingsService({ storage, countData: countForEveryone })
  for (let at = 0; at < 30; at += 1) await studies.startStudy(bob, first + at * 1_000_000)
  const list = (page?: number) => studies.listStudies({ perPage: 10, order: 'asc', page, filter: {} })
  assert.equal((await list()).count, records + 30)
  for (const visibility of ['only_me', 'everyone', 'only_me'] as const) {
    const begun = performance.now()
    const turns = await turnsDuring(() => settings.changeSettings(ann, { visibility }))
    t.diagnostic(`${visibility}: ${Math.round(performance.now() - begun)} ms, ${turns} turns for others`)
    if (storage.kind === 'sqlite') assert.ok(turns > 4)
    const hidden = visibility === 'only_me'
    const page = await list(2)
    assert.equal(page.count, hidden ? 30 : records + 30)
    assert.equal(page.items.length, 10)
    if (hidden) for (const { accountId } of page.items) assert.equal(accountId, bob)
    await assertCountsMatch(storage)
  }
  await settings.changeSettings(ann, { visibility: 'everyone' })
  const turns = await turnsDuring(async () => {
    assert.equal(await removeAccount(storage, ann, removeStudiesOf), records)
  })
  t.diagnostic(`removal: ${turns} turns for others`)
  if (storage.kind === 'sqlite') assert.ok(turns > 4)
  await assertCountsMatch(storage)
  assert.deepEqual(await storage.db.selectFrom('hidden_accounts').selectAll().execute(), [])
})
