import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import type { CampusDay } from '../../src/shared/campus-calendar.ts'
import { findCampusDaySeconds } from '../../src/statistics/daily-totals/campus-day.repository.ts'
import { findProgress, rebuildTotals } from '../../src/statistics/maintenance/rebuild.service.ts'
import { createTotalsSweep } from '../../src/statistics/maintenance/totals-sweep.service.ts'
import { type Drift, verifyTotals } from '../../src/statistics/maintenance/verify.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCampusSumMatches, assertTotalsMatch, type Campus, openCampus } from './campus.ts'

const hour = 3600
/** Noon of a campus day in Shanghai. */
const noon = Date.parse('2025-06-15T12:00:00+08:00') / 1000

let database: TestDatabase
let storage: Storage
let campus: Campus
let now = noon
let accounts: AccountId[] = []

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})

after(() => database.close())

beforeEach(async () => {
  for (const account of accounts) await campus.remove(account)
  now = noon
  campus = openCampus(storage, () => now)
  accounts = [await newAccount(storage), await newAccount(storage), await newAccount(storage)]
  for (const [index, account] of accounts.entries()) await record(account, 26 * hour, 2 * hour + index)
})

async function record(account: AccountId, ago: number, length: number, by = campus): Promise<void> {
  const { id } = await by.studies.startStudy(account, now - ago)
  await by.studies.endStudy(account, id, now - ago + length)
}

async function verify(by = campus) {
  const drifts: Drift[] = []
  const verified = await verifyTotals(storage, by.totals, undefined, { onDrift: (drift) => drifts.push(drift) })
  return { ...verified, drifts }
}

test('totals updated by writes are correct, including those of a record left running once it ends', async () => {
  await campus.studies.startStudy(accounts[0] as AccountId, now)
  now += 20 * hour
  await campus.studies.endOverdue()
  const { drifts, outdated } = await verify()
  assert.deepEqual([drifts, outdated], [[], 0])
  for (const account of accounts) await assertTotalsMatch(campus, account)
})

test('finds, names and repairs all differences', async () => {
  const [ann, bob, eve] = accounts as [AccountId, AccountId, AccountId]
  const { day } = await storage.db.selectFrom('study_days').select('day').limit(1).executeTakeFirstOrThrow()
  await storage.write(async (tx) => {
    await tx.updateTable('study_days').set({ seconds: 5 }).where('account_id', '=', ann).execute()
    await tx.updateTable('study_days').set({ subjects: '[]' }).where('account_id', '=', bob).execute()
    await tx.deleteFrom('study_days').where('account_id', '=', eve).execute()
    await tx.updateTable('campus_days').set({ seconds: 1 }).where('day', '=', day).execute()
  })
  const found = await verify()
  assert.deepEqual(
    found.drifts.map((drift) => [drift.of, 'accountId' in drift ? drift.accountId : 'day' in drift && drift.day]),
    [
      ['day', ann],
      ['day', bob],
      ['day', eve],
      ['campus', day],
    ],
  )
  await rebuildTotals(storage, campus.totals)
  assert.deepEqual((await verify()).drifts, [])
  for (const account of accounts) await assertTotalsMatch(campus, account)
  await assertCampusSumMatches(campus)
})

test('an interrupted rebuild continues where it stopped', async () => {
  const stopping = new AbortController()
  for (let more = 0; more < 120; more += 1) accounts.push(await newAccount(storage))
  await assert.rejects(
    rebuildTotals(storage, campus.totals, {
      signal: stopping.signal,
      onProgress: (done) => done > 0 && stopping.abort(),
    }),
  )
  const progress = await findProgress(storage)
  assert.ok(progress && progress.accounts === 100)
  const seen: number[] = []
  await rebuildTotals(storage, campus.totals, { onProgress: (done) => seen.push(done) })
  assert.deepEqual(seen, [100, accounts.length])
  assert.equal(await findProgress(storage), undefined)
})

test('records from before an upgrade are not in the totals, and are added in the background', async () => {
  const older = openCampus(storage, () => now, { keepsTotals: false })
  const late = await newAccount(storage)
  accounts.push(late)
  await record(late, 30 * hour, hour, older)
  await older.studies.startStudy(late, now)
  assert.equal((await verify()).outdated, 1)
  const stops = { at: false }
  const { sweep } = createTotalsSweep({ storage, totals: campus.totals })
  while ((await sweep(() => stops.at)) === 0);
  const { outdated, drifts } = await verify()
  assert.deepEqual([outdated, drifts], [0, []])
  await assertTotalsMatch(campus, late)
  await assertCampusSumMatches(campus)
})

test('another time zone has its own totals, and two instances with different zones return no wrong ones', async () => {
  const moved = openCampus(storage, () => now, { timezone: 'America/New_York' })
  assert.equal((await verify(moved)).outdated, accounts.length)
  const [ann] = accounts as [AccountId]
  await record(ann, 3 * hour, hour, moved)
  await assertTotalsMatch(moved, ann)
  await record(ann, 2 * hour, hour)
  await assertTotalsMatch(campus, ann)
  await rebuildTotals(storage, moved.totals, { onlyStale: true })
  for (const account of accounts) await assertTotalsMatch(moved, account)
  await assertCampusSumMatches(moved)
})

test('the sum of the campus for a day is that of the accounts that are not hidden', async () => {
  const [ann] = accounts as [AccountId]
  const day = campus.calendar.dayOf(now - 26 * hour)
  const sum = () => findCampusDaySeconds(storage.db, day)
  const whole = 3 * 2 * hour + 0 + 1 + 2
  assert.equal(await sum(), whole)
  await campus.settings.changeSettings(ann, { visibility: 'only_me' })
  assert.equal(await sum(), whole - 2 * hour)
  await record(ann, 28 * hour, hour)
  assert.equal(await sum(), whole - 2 * hour)
  await campus.settings.changeSettings(ann, { visibility: 'ranked_anonymously' })
  assert.equal(await sum(), whole + hour)
  await campus.remove(ann)
  accounts = accounts.slice(1)
  assert.equal(await sum(), whole - 2 * hour)
  assert.equal(await findCampusDaySeconds(storage.db, (day + 5) as CampusDay), 0)
})

test('finds a record longer than any before by an overlap with its end', async () => {
  const patient = openCampus(storage, () => now, { maxHours: 100 })
  const [ann] = accounts as [AccountId]
  await record(ann, 90 * hour, 88 * hour, patient)
  await record(ann, 4 * hour, hour, patient)
  await assertTotalsMatch(patient, ann, 1)
  assert.deepEqual((await verify(patient)).drifts, [])
})
