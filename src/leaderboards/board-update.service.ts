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
import { type BoardId, boardsHolding, boardText } from './board-period.ts'
import { type BoardTotalsOf, changeTotals, findTotals } from './board-total.repository.ts'

export interface BoardUpdateDeps {
  terms: readonly Term[]
  dayHours: number
  /** Reads an account's days with seconds that the service saw. */
  findSeenDays(tx: Db, accountId: AccountId): MaybePromise<SeenDay[]>
}

/** Keeps the boards equal to the daily totals. Every function requires that the account's row is locked. */
export function createBoardUpdates({ terms, dayHours, findSeenDays }: BoardUpdateDeps) {
  const mostOfDay = Math.round(dayHours * 3600)

  async function apply(tx: Db, accountId: AccountId, changes: readonly BoardDayChange[]): Promise<void> {
    const deltas = sumByBoard(changes, terms)
    if (deltas.size === 0) return
    const before = await findTotals(tx, accountId, [...deltas.keys()])
    const wanted = [...deltas].map(([period, delta]): [BoardId, number] => [
      period,
      // Never below zero, even if the limit of a day or the terms were changed without a rebuild.
      Math.max(0, (before.get(period) ?? 0) + delta),
    ])
    await replaceTotals(tx, accountId, before, new Map(wanted))
  }

  /** Replaces what the boards hold of the account, so that it also repairs them. */
  async function add(tx: Db, accountId: AccountId): Promise<void> {
    const [before, wanted] = [await findTotals(tx, accountId), await totalsByDays(tx, accountId)]
    for (const period of before.keys()) if (!wanted.has(period)) wanted.set(period, 0)
    await replaceTotals(tx, accountId, before, wanted)
  }

  async function isReal(db: Db, accountId: AccountId): Promise<boolean> {
    const account = await findAccount(db, accountId)
    const wanted = account && !isHidden(account) ? await totalsByDays(db, accountId) : new Map<BoardId, number>()
    const held = await findTotals(db, accountId)
    return held.size === wanted.size && [...wanted].every(([period, seconds]) => held.get(period) === seconds)
  }

  async function totalsByDays(db: Db, accountId: AccountId): Promise<BoardTotalsOf> {
    const days = await findSeenDays(db, accountId)
    const changes = days.map(({ day, seenSeconds }) => ({ day, before: 0, after: Math.min(seenSeconds, mostOfDay) }))
    return sumByBoard(changes, terms)
  }

  return { apply, add, remove: removeFromBoards, isReal, checkCounters } satisfies BoardTotals
}

/** Takes the excess out rather than replace it: every write keeps counters and rows in step, so that it stays the same. */
async function* checkCounters(db: Db): AsyncIterable<BoardCounters> {
  let after = Number.MIN_SAFE_INTEGER
  for (;;) {
    const period = await findBoardAfter(db, after)
    if (period === undefined) return
    after = period
    const excess = await findExcess(db, period)
    const negative = excess.map((one) => ({ ...one, delta: -one.delta }))
    const repair = (tx: Db) => addToBoardCounters(tx, negative)
    yield { board: boardText(period), areReal: excess.length === 0, repair }
  }
}

/** Takes the account, whose row is locked, off every board. */
async function removeFromBoards(tx: Db, accountId: AccountId): Promise<void> {
  const before = await findTotals(tx, accountId)
  await replaceTotals(tx, accountId, before, new Map([...before.keys()].map((period) => [period, 0])))
}

function sumByBoard(changes: readonly BoardDayChange[], terms: readonly Term[]): BoardTotalsOf {
  const sums: BoardTotalsOf = new Map()
  for (const { day, before, after } of changes) {
    if (before === after) continue
    for (const period of boardsHolding(day, terms)) sums.set(period, (sums.get(period) ?? 0) + after - before)
  }
  return sums
}

async function replaceTotals(
  tx: Db,
  accountId: AccountId,
  before: BoardTotalsOf,
  wanted: BoardTotalsOf,
): Promise<void> {
  const changes = [...wanted]
    .map(([period, after]) => ({ period, before: before.get(period) ?? 0, after }))
    .filter(({ before, after }) => before !== after)
  if (changes.length === 0) return
  await changeTotals(tx, accountId, changes)
  addToBoardCounters(
    tx,
    changes.flatMap(({ period, before, after }) => totalDeltas(period, before, after)),
  )
}
