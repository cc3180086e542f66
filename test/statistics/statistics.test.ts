import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { AccountId } from '../../src/accounts/account.ts'
import { type CampusDay, dayText, parseDay, weekdayOf } from '../../src/shared/campus-calendar.ts'
import { DomainError } from '../../src/shared/errors.ts'
import { createLedgerService } from '../../src/statistics/ledger/ledger.service.ts'
import { createStatisticsService } from '../../src/statistics/statistics.service.ts'
import type { Statistics } from '../../src/statistics/statistics.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { openCampus } from './campus.ts'
import { type SlowDay, type SlowRecord, slowTotals, storedRecords } from './slow-totals.ts'

const minute = 60
const timezone = 'America/New_York'
/** The evening after the night in which the clocks are set back, and the one after they are set forward. */
const evenings = [Date.UTC(2025, 10, 3, 1) / 1000, Date.UTC(2025, 2, 10, 1) / 1000]

let database: TestDatabase
let storage: Storage
let now = 0

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})

after(() => database.close())

function open() {
  const campus = openCampus(storage, () => now, { timezone, boardDayHours: 1 })
  const { rules } = campus.studies
  const statistics = createStatisticsService({ storage, totals: campus.totals, streakMinutes: 15, rules })
  const ledgers = createLedgerService({ storage, calendar: campus.calendar, boardDayHours: 1, rules })
  const ask = async (account: AccountId, window: { from?: CampusDay; to?: CampusDay } = {}, caller = account) =>
    JSON.parse(
      await statistics.writeStatistics(account, { caller, window, write: (found) => JSON.stringify(found) }),
    ) as Statistics
  return { ...campus, ledgers, ask }
}

const records = fc.array(
  fc.record({
    ago: fc.integer({ min: 0, max: 72 * 60 }),
    length: fc.integer({ min: 0, max: 10 * 60 }),
    subject: fc.constantFrom(undefined, '高等数学', '英语'),
    /** Started and ended live, or sent later. */
    live: fc.boolean(),
  }),
  { maxLength: 8 },
)

test('statistics and ledger equal those of a model that adds up minutes, including a running record', async () => {
  const campus = open()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...evenings),
      records,
      fc.option(fc.integer({ min: 0, max: 15 * 60 }), { nil: undefined }),
      async (evening, drawn, runningFor) => {
        const account = await newAccount(storage)
        for (const { ago, length, subject, live } of drawn) {
          const start = evening - ago * minute
          const end = Math.min(start + length * minute, evening)
          now = live ? start : evening
          const { id } = await campus.studies.startStudy(account, start, { subject })
          now = live ? end : evening
          await campus.studies.endStudy(account, id, end)
        }
        now = evening
        const running = runningFor === undefined ? undefined : evening - runningFor * minute
        if (running !== undefined) await campus.studies.startStudy(account, running)
        const today = campus.calendar.dayOf(now)
        const window = { from: (today - 5) as CampusDay, to: today }
        const all = await storedRecords(storage.db, account)
        const soFar: SlowRecord[] =
          running === undefined
            ? []
            : [{ id: 1e9, start: running, end: now, subject: null, seenFrom: null, seenTo: null }]
        const wanted = slowTotals([...all, ...soFar], timezone, minute)
        const got = await campus.ask(account, window)
        assertStatistics(got, wanted)
        assert.deepEqual(await campus.ask(account, window), got)
        assert.equal(got.longestSeconds, longestWithin([...all, ...soFar], campus.calendar.startOf(window.from)))
        for (const { day, seconds } of got.days) {
          const ledger = await campus.ledgers.getLedger(account, day)
          assert.equal(ledger.seconds, seconds)
          assert.equal(sumOf(ledger.intervals, 'counted'), seconds)
          assert.equal(ledger.boardSeconds, Math.min(wanted.get(dayText(day))?.seen ?? 0, 3600))
          assert.equal(sumOf(ledger.intervals, 'boardCounted'), ledger.boardSeconds)
          for (const { from, to, counted, boardCounted, notes } of ledger.intervals) {
            assert.equal(counted, to - from)
            assert.ok(boardCounted === counted || notes.some((note) => reasons.has(note)))
          }
        }
        await campus.remove(account)
      },
    ),
    { numRuns: 60 },
  )
})

const reasons = new Set<string>(['running', 'self-reported', 'end not seen', 'over day limit'])

function sumOf<K extends string>(items: readonly Record<K, number>[], name: K): number {
  return items.reduce((sum, item) => sum + item[name], 0)
}

function longestWithin(all: readonly SlowRecord[], from: number): number {
  return Math.max(0, ...all.map(({ start, end }) => end - Math.max(start, from)))
}

function assertStatistics(got: Statistics, wanted: Map<string, SlowDay>): void {
  const hours = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))
  const subjects: Record<string, number> = {}
  let total = 0
  for (const { day, seconds } of got.days) {
    const of = wanted.get(dayText(day))
    assert.equal(seconds, of?.seconds ?? 0, dayText(day))
    total += seconds
    for (const [hour, value] of Object.entries(of?.hours ?? {})) {
      const row = hours[weekdayOf(day)] ?? []
      row[Number(hour)] = (row[Number(hour)] ?? 0) + value
    }
    for (const [subject, value] of Object.entries(of?.subjects ?? {}))
      subjects[subject] = (subjects[subject] ?? 0) + value
  }
  assert.equal(got.totalSeconds, total)
  assert.equal(got.averageSeconds, Math.floor(total / 6))
  assert.deepEqual(got.hours, hours)
  const named = got.subjects.map(({ subject, seconds }) => [JSON.stringify(subject), seconds])
  assert.deepEqual(Object.fromEntries(named), subjects)
  assert.deepEqual(
    got.subjects.map(({ seconds }) => seconds),
    got.subjects.map(({ seconds }) => seconds).sort((a, b) => b - a),
  )
  assert.equal(sumOf(got.subjects, 'seconds'), total)
  const days = [...wanted].filter(([, { seconds }]) => seconds >= 15 * minute).map(([day]) => parseDay(day))
  assert.equal(got.streak.today, days.includes(got.to))
  let current = 0
  for (let day = got.streak.today ? got.to : got.to - 1; days.includes(day as CampusDay); day--) current += 1
  assert.equal(got.streak.current, current)
}

test('responses change with writes, at midnight and with the clock', async () => {
  const campus = open()
  const account = await newAccount(storage)
  now = evenings[0] as number
  const today = campus.calendar.dayOf(now)
  const total = async () => (await campus.ask(account)).totalSeconds
  assert.equal(await total(), 0)
  const { id } = await campus.studies.startStudy(account)
  assert.equal(await total(), 0)
  now += 20 * minute
  assert.equal(await total(), 20 * minute)
  assert.equal((await campus.ask(account)).streak.today, true)
  await campus.studies.endStudy(account, id)
  now += 20 * minute
  assert.equal(await total(), 20 * minute)
  assert.equal((await campus.ask(account)).to, today)
  now = campus.calendar.startOf((today + 1) as CampusDay) - 1
  assert.equal((await campus.ask(account)).streak.today, true)
  now += 1
  assert.deepEqual((await campus.ask(account)).streak, { current: 1, longest: 1, today: false })
  now = campus.calendar.startOf((today + 2) as CampusDay)
  assert.deepEqual((await campus.ask(account)).streak, { current: 0, longest: 1, today: false })
})

test('an expired record counts up to its limit, whether or not it is already ended in the database', async () => {
  const campus = open()
  const account = await newAccount(storage)
  now = evenings[1] as number
  await campus.studies.startStudy(account)
  now += 20 * 3600
  const before = await campus.ask(account)
  assert.equal(before.totalSeconds, 16 * 3600)
  const ledger = await campus.ledgers.getLedger(account, campus.calendar.dayOf(evenings[1] as number))
  assert.deepEqual(ledger.intervals.at(0)?.notes, ['cut at midnight', 'end not seen'])
  await campus.studies.endOverdue()
  assert.deepEqual(await campus.ask(account), before)
})

test('a hidden account is invisible to others at once', async () => {
  const campus = open()
  const [ann, bob] = [await newAccount(storage), await newAccount(storage)]
  now = evenings[0] as number
  await campus.ask(ann, {}, bob)
  await campus.settings.changeSettings(ann, { visibility: 'only_me' })
  await assert.rejects(campus.ask(ann, {}, bob), new DomainError('not-found'))
  await campus.ask(ann)
  await campus.settings.changeSettings(ann, { visibility: 'everyone' })
  await campus.ask(ann, {}, bob)
})

test('records that an older release writes at the same time are in the next response', async () => {
  const campus = open()
  const account = await newAccount(storage)
  now = evenings[0] as number
  const older = openCampus(storage, () => now, { timezone, keepsTotals: false })
  const { totals_version } = await storage.db
    .selectFrom('accounts')
    .select('totals_version')
    .where('id', '=', account)
    .executeTakeFirstOrThrow()
  for (let hours = 1; hours <= 3; hours += 1) {
    const { id } = await older.studies.startStudy(account, now - 3600)
    await older.studies.endStudy(account, id)
    await storage.write((tx) => tx.updateTable('accounts').set({ totals_version }).where('id', '=', account).execute())
    assert.equal((await campus.ask(account)).totalSeconds, hours * 3600)
    now += 3600
  }
})
