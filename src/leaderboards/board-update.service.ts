import { findAccount } from '../accounts/account.repository.ts'
import { type AccountId, isHidden } from '../accounts/account.ts'
import type { Term } from '../shared/campus-calendar.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import type { BoardCounters, BoardDayChange, BoardTotals } from '../statistics/daily-totals/board-totals.service.ts'
import type { SeenDay } from '../statistics/daily-totals/study-day.repository.ts'
import type { Db } from '../storage/storage.ts'
import { addToBoardCounters } from './board-counter.repository.ts'
import { totalDeltas } from './board-counter.ts'
import { findBoardAfter, findExcess } from './board-drift.repository.ts'
import { type BoardId, boardsContaining, boardText } from './board-period.ts'
import { type BoardTotalsOf, changeTotals, findTotals } from './board-total.repository.ts'

export interface BoardUpdateDeps {
  terms: readonly Term[]
  dayHours: number
  /** Reads an account's days with seconds that the service saw. */
  findSeenDays(tx: Db, accountId: AccountId): MaybePromise<SeenDay[]>
}

/** Updates the boards when daily totals change. All functions require that the account's row is locked. */
export function createBoardUpdates({ terms, dayHours, findSeenDays }: BoardUpdateDeps) {
  const maxSecondsPerDay = Math.round(dayHours * 3600)

  async function apply(tx: Db, accountId: AccountId, changes: readonly BoardDayChange[]): Promise<void> {
    const deltas = sumByBoard(changes, terms)
    if (deltas.size === 0) return
    const before = await findTotals(tx, accountId, [...deltas.keys()])
    const after = [...deltas].map(([period, delta]): [BoardId, number] => [
      period,
      // Not below zero: the daily limit or the terms may have changed without a rebuild.
      Math.max(0, (before.get(period) ?? 0) + delta),
    ])
    await replaceTotals(tx, accountId, before, new Map(after))
  }

  /** Replaces all rows of the account, and so also repairs them. */
  async function add(tx: Db, accountId: AccountId): Promise<void> {
    const [before, after] = [await findTotals(tx, accountId), await computeTotals(tx, accountId)]
    for (const period of before.keys()) if (!after.has(period)) after.set(period, 0)
    await replaceTotals(tx, accountId, before, after)
  }

  async function isCorrect(db: Db, accountId: AccountId): Promise<boolean> {
    const account = await findAccount(db, accountId)
    const expected = account && !isHidden(account) ? await computeTotals(db, accountId) : new Map<BoardId, number>()
    const stored = await findTotals(db, accountId)
    return stored.size === expected.size && [...expected].every(([period, seconds]) => stored.get(period) === seconds)
  }

  async function computeTotals(db: Db, accountId: AccountId): Promise<BoardTotalsOf> {
    const days = await findSeenDays(db, accountId)
    const changes = days.map(({ day, seenSeconds }) => ({
      day,
      before: 0,
      after: Math.min(seenSeconds, maxSecondsPerDay),
    }))
    return sumByBoard(changes, terms)
  }

  return { apply, add, remove: removeFromBoards, isCorrect, checkCounters } satisfies BoardTotals
}

/** Repairs subtract the excess instead of replacing the counters: writes do not change the excess, but they change the counters. */
async function* checkCounters(db: Db): AsyncIterable<BoardCounters> {
  let after = Number.MIN_SAFE_INTEGER
  for (;;) {
    const period = await findBoardAfter(db, after)
    if (period === undefined) return
    after = period
    const excess = await findExcess(db, period)
    const negative = excess.map((one) => ({ ...one, delta: -one.delta }))
    const repair = (tx: Db) => addToBoardCounters(tx, negative)
    yield { board: boardText(period), areCorrect: excess.length === 0, repair }
  }
}

/** Removes the account from every board. */
async function removeFromBoards(tx: Db, accountId: AccountId): Promise<void> {
  const before = await findTotals(tx, accountId)
  await replaceTotals(tx, accountId, before, new Map([...before.keys()].map((period) => [period, 0])))
}

function sumByBoard(changes: readonly BoardDayChange[], terms: readonly Term[]): BoardTotalsOf {
  const sums: BoardTotalsOf = new Map()
  for (const { day, before, after } of changes) {
    if (before === after) continue
    for (const period of boardsContaining(day, terms)) sums.set(period, (sums.get(period) ?? 0) + after - before)
  }
  return sums
}

async function replaceTotals(tx: Db, accountId: AccountId, before: BoardTotalsOf, after: BoardTotalsOf): Promise<void> {
  const changes = [...after]
    .map(([period, seconds]) => ({ period, before: before.get(period) ?? 0, after: seconds }))
    .filter(({ before, after }) => before !== after)
  if (changes.length === 0) return
  await changeTotals(tx, accountId, changes)
  addToBoardCounters(
    tx,
    changes.flatMap(({ period, before, after }) => totalDeltas(period, before, after)),
  )
}
