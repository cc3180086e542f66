import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { AccountId } from '../../src/accounts/account.ts'
import { type BoardId, type BoardKind, boardKinds, periodContaining } from '../../src/leaderboards/board-period.ts'
import type { CampusDay } from '../../src/shared/campus-calendar.ts'
import type { BoardCounters } from '../../src/statistics/daily-totals/board-totals.service.ts'
import type { Db, Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountersMatch, BoardModel, boardsOf, day, readBoard, readPage, terms, today } from './board-model.ts'

let database: TestDatabase
let storage: Storage
let model: BoardModel
const accounts: AccountId[] = []

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
  for (let at = 0; at < 300; at += 1) accounts.push(await newAccount(storage))
})

after(() => database.close())

beforeEach(async () => {
  model = new BoardModel()
  // In parts, because a busy machine has no time for all in one transaction.
  for (let from = 0; from < accounts.length; from += 20) {
    await storage.write(async (tx) => {
      for (const account of accounts.slice(from, from + 20)) await model.updates.remove(tx, account)
    })
  }
  await assertBoardsMatch()
})

/** Days around a new year within a week, the ends of terms and a gap between them. */
const days = ['2026-12-27', '2026-12-28', '2026-12-31', '2027-01-01', '2027-01-03', '2027-01-04', '2027-01-15'].map(day)
days.push(...['2027-01-16', '2027-02-21', '2027-02-22', '2026-08-31', '2026-09-01'].map(day))

const seconds = fc.oneof(
  fc.constantFrom(0, 1, 2, 127, 128, 129, 16_383, 16_384, 3600, 57_599, 57_600, 57_601, 90_000),
  fc.integer({ min: 0, max: 400 }),
  fc.integer({ min: 0, max: 90_000 }),
)
const dayChanges = fc.array(fc.tuple(fc.constantFrom(...days), seconds), { minLength: 1, maxLength: 15 })
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('study' as const), who: fc.nat(11), changes: dayChanges }) },
  ...(['hide', 'show', 'leave', 'fail'] as const).map((kind) => ({
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant(kind), who: fc.nat(11) }),
  })),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(tx: Db, each: Step): Promise<void> {
  const account = accounts[each.who] as AccountId
  if (each.kind === 'study') return model.study(tx, account, each.changes)
  if (each.kind === 'fail') {
    await model.updates.apply(tx, account, [{ day: today, before: 0, after: 5 }])
    throw new Error('rolled back')
  }
  return model[each.kind](tx, account)
}

async function assertBoardsMatch(): Promise<void> {
  const boards = boardsOf(storage)
  for (const kind of boardKinds)
    for (const on of days) {
      const wanted = model.board(kind, on)
      const isNoTerm =
        kind === 'term' && (on === day('2027-01-16') || on === day('2027-02-21') || on < day('2026-09-01'))
      if (isNoTerm) assert.throws(() => boards.getPeriod(kind, on), { code: 'no-term' })
      else assert.deepEqual(await readBoard(boards, kind, { on }), wanted)
    }
  await assertCountersMatch(storage)
}

test('after any sequence of writes, hiding, showing and removals, the boards equal a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async (groups) => {
      // Writes of a group may share a commit; a failed one is rolled back by itself.
      for (const group of groups) {
        const order = group.filter(({ who }, at) => group.findIndex((other) => other.who === who) === at)
        await Promise.all(order.map((each) => storage.write((tx) => take(tx, each)).catch(() => undefined)))
      }
      await assertBoardsMatch()
      await storage.write(async (tx) => {
        for (const account of model.days.keys()) await model.leave(tx, account)
      })
      model.hidden.clear()
      assert.deepEqual(await storage.db.selectFrom('board_totals').selectAll().execute(), [])
    }),
    { numRuns: 25 },
  )
})

test('hundreds of students have the ranks of the model, on every page and as their own', async () => {
  const random = fc.sample(fc.array(fc.tuple(fc.constantFrom(...days), seconds), { minLength: 1, maxLength: 6 }), {
    numRuns: 900,
    seed: 3,
  })
  for (const [at, changes] of random.entries())
    await storage.write((tx) => model.study(tx, accounts[at % accounts.length] as AccountId, changes))
  for (const account of accounts.slice(0, 20)) await storage.write((tx) => model.hide(tx, account))
  await assertBoardsMatch()
  const boards = boardsOf(storage)
  for (const kind of boardKinds) {
    const wanted = new Map(model.board(kind, today).map((row) => [row.accountId, row]))
    for (const caller of accounts) {
      const { rank, seconds } = wanted.get(caller) ?? { rank: undefined, seconds: 0 }
      assert.deepEqual((await readPage(boards, kind, { caller, perPage: 1 })).own, { rank, seconds })
    }
  }
})

test('rebuilding keeps correct counters, and repairs wrong ones', async () => {
  const [ann, bob] = accounts as [AccountId, AccountId]
  await storage.write((tx) => model.study(tx, ann, [[today, 500]]))
  await storage.write((tx) => model.study(tx, bob, [[today, 700]]))
  const { add } = model.updates
  for (const account of [ann, bob, ann]) await storage.write((tx) => add(tx, account))
  await assertBoardsMatch()
  model.days.get(ann)?.set(today, 900)
  model.days.get(ann)?.set(day('2026-09-01'), 30)
  model.days.get(bob)?.delete(today)
  for (const account of [ann, bob]) assert.equal(await model.updates.isCorrect(storage.db, account), false)
  for (const account of [ann, bob]) await storage.write((tx) => add(tx, account))
  for (const account of [ann, bob]) assert.equal(await model.updates.isCorrect(storage.db, account), true)
  await assertBoardsMatch()
})

test('a moved term is correct after a rebuild, and a removed one leaves nothing', async () => {
  const [ann, bob] = accounts as [AccountId, AccountId]
  const changes: [CampusDay, number][] = days.map((on, at) => [on, 100 * at + 1])
  await storage.write((tx) => model.study(tx, ann, changes))
  await storage.write((tx) => model.study(tx, bob, changes.slice(4, 9)))
  const moved = new BoardModel([{ name: '2026秋', first: day('2026-08-31'), last: day('2026-12-31') }])
  for (const [account, own] of model.days) moved.days.set(account, own)
  for (const account of [ann, bob]) await storage.write((tx) => moved.updates.add(tx, account))
  const boards = boardsOf(storage, undefined, [{ name: '2026秋', first: day('2026-08-31'), last: day('2026-12-31') }])
  for (const kind of boardKinds) assert.deepEqual(await readBoard(boards, kind), moved.board(kind, today))
  const { rows } = await sql`select distinct period from board_totals where period % 4 = 3`.execute(storage.db)
  assert.equal(rows.length, 1, 'counters of the old term are deleted')
  assert.throws(() => boards.getPeriod('term', day('2027-01-01')), { code: 'no-term' })
  await assertCountersMatch(storage)
})

test('a total never falls below zero, even if a day could count more when it was written', async () => {
  const [ann] = accounts as [AccountId]
  const apply = (before: number, after: number) =>
    storage.write(async (tx) => model.updates.apply(tx, ann, [{ day: today, before, after }]))
  await apply(0, 50)
  await apply(80, 10)
  assert.deepEqual(await readBoard(boardsOf(storage), 'week'), [])
  await apply(10, 30)
  assert.deepEqual(await readBoard(boardsOf(storage), 'week'), [{ rank: 1, accountId: ann, seconds: 20 }])
  await assertCountersMatch(storage)
})

test('finds and repairs counters that differ from the rows, also while others study', async () => {
  const [ann, bob, eve] = accounts as [AccountId, AccountId, AccountId]
  await storage.write((tx) => model.study(tx, ann, [[today, 500]]))
  await storage.write((tx) => model.study(tx, bob, [[today, 20_000]]))
  const drifted = async () => {
    const boards: BoardCounters[] = []
    for await (const counters of model.updates.checkCounters(storage.db))
      if (!counters.areCorrect) boards.push(counters)
    return boards
  }
  assert.deepEqual(await drifted(), [])
  const [onDay, ofWeek] = ['day', 'week'].map((kind) => periodContaining(kind as BoardKind, today, terms)?.id) as [
    BoardId,
    BoardId,
  ]
  await storage.write(async (tx) => {
    await tx
      .updateTable('board_tallies')
      .set({ count: 3 })
      .where('period', '=', onDay)
      .where('width', '=', 128)
      .execute()
    await tx.deleteFrom('board_tallies').where('period', '=', ofWeek).execute()
    await tx.insertInto('board_tallies').values({ period: 8, width: 1, bucket: 9, slot: 0, count: 2 }).execute()
  })
  const found = await drifted()
  assert.deepEqual(
    found.map(({ board }) => board),
    ['day 1970-01-03', 'week 2026-12-28', 'day 2026-12-31'],
  )
  await storage.write((tx) => model.study(tx, eve, [[today, 510]]))
  for (const { repair } of found) await storage.write(async (tx) => repair(tx))
  assert.deepEqual(await drifted(), [])
  await assertBoardsMatch()
})
