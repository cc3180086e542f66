import assert from 'node:assert/strict'
import type { AccountId } from '../../src/accounts/account.ts'
import { boardWidths } from '../../src/leaderboards/board-counter.ts'
import { type BoardKind, periodContaining } from '../../src/leaderboards/board-period.ts'
import { createBoardUpdates } from '../../src/leaderboards/board-update.service.ts'
import { createLeaderboardService } from '../../src/leaderboards/leaderboard.service.ts'
import { type CampusDay, createCampusCalendar, parseDay, type Term } from '../../src/shared/campus-calendar.ts'
import type { Db, Storage } from '../../src/storage/storage.ts'

export const day = (text: string) => parseDay(text) as CampusDay
export const terms: Term[] = [
  { name: '2026秋', first: day('2026-09-01'), last: day('2027-01-15') },
  { name: '2027春', first: day('2027-02-22'), last: day('2027-07-09') },
]
export const today = day('2026-12-31')
export const dayHours = 16
const calendar = createCampusCalendar('Asia/Shanghai')
export const noon = calendar.startOf(today) + 12 * 3600

export interface ModelRow {
  rank: number
  accountId: number
  seconds: number
}

/** Everyone's days, kept in memory, and boards counted from them without optimisations. */
export class BoardModel {
  readonly days = new Map<AccountId, Map<CampusDay, number>>()
  readonly hidden = new Set<AccountId>()
  readonly updates
  #terms: Term[]

  constructor(its: Term[] = terms) {
    this.#terms = its
    this.updates = createBoardUpdates({
      terms: its,
      dayHours,
      findSeenDays: (_tx, account) =>
        [...(this.days.get(account) ?? [])].map(([on, seenSeconds]) => ({ day: on, seenSeconds })),
    })
  }

  /** Sets the seen seconds of an account's days, in the model and on the boards. */
  async study(tx: Db, account: AccountId, seconds: readonly (readonly [CampusDay, number])[]): Promise<void> {
    const days = this.days.get(account) ?? new Map<CampusDay, number>()
    this.days.set(account, days)
    const changes = seconds.map(([on, after]) => {
      const before = days.get(on) ?? 0
      days.set(on, after)
      return { day: on, before: capped(before), after: capped(after) }
    })
    if (!this.hidden.has(account)) await this.updates.apply(tx, account, changes)
  }

  async hide(tx: Db, account: AccountId): Promise<void> {
    this.hidden.add(account)
    await this.updates.remove(tx, account)
  }

  async show(tx: Db, account: AccountId): Promise<void> {
    this.hidden.delete(account)
    await this.updates.add(tx, account)
  }

  async leave(tx: Db, account: AccountId): Promise<void> {
    this.days.delete(account)
    await this.updates.remove(tx, account)
  }

  board(kind: BoardKind, on: CampusDay): ModelRow[] {
    const period = periodContaining(kind, on, this.#terms)
    if (period === undefined) return []
    const totals = [...this.days]
      .filter(([account]) => !this.hidden.has(account))
      .map(([accountId, days]) => ({
        accountId,
        seconds: [...days]
          .filter(([at]) => period.first <= at && at <= period.last)
          .reduce((sum, [, seconds]) => sum + capped(seconds), 0),
      }))
      .filter(({ seconds }) => seconds > 0)
    return totals
      .map((one) => ({ rank: 1 + totals.filter(({ seconds }) => seconds > one.seconds).length, ...one }))
      .sort((a, b) => b.seconds - a.seconds || b.accountId - a.accountId)
  }
}

function capped(seconds: number): number {
  return Math.min(seconds, dayHours * 3600)
}

export function boardsOf(storage: Storage, now: () => number = () => noon, its = terms) {
  const key = Buffer.alloc(32, 7)
  return createLeaderboardService({ storage, clock: { now }, calendar, terms: its, key })
}

interface ReadPage {
  rows: (ModelRow & { username?: string })[]
  count: number
  next?: string
  prev?: string
}

/** One page, read without the cache. */
export async function readPage(
  boards: ReturnType<typeof boardsOf>,
  kind: BoardKind,
  { on = today, perPage = 20, cursor, caller = 0 as AccountId }: PageOptions = {},
): Promise<ReadPage & { own: { rank: number | undefined; seconds: number } }> {
  const { text, own } = await boards.writeBoard(boards.getPeriod(kind, on), {
    ...{ caller, perPage, cursor, origin: `http://${++origins}` },
    write: (page) => JSON.stringify(page),
  })
  return { ...(JSON.parse(text) as ReadPage), own }
}
let origins = 0

export interface PageOptions {
  on?: CampusDay
  perPage?: number
  cursor?: string | undefined
  caller?: AccountId
}

/** The whole board, page by page. */
export async function readBoard(
  boards: ReturnType<typeof boardsOf>,
  kind: BoardKind,
  options: PageOptions = {},
): Promise<ModelRow[]> {
  const rows: ModelRow[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await readPage(boards, kind, { perPage: 100, ...options, cursor })
    rows.push(...page.rows.map(({ rank, accountId, seconds }) => ({ rank, accountId, seconds })))
    if (page.next === undefined) {
      assert.equal(page.count, rows.length)
      return rows
    }
    cursor = page.next
  }
}

/** Asserts that every counter equals a count of the rows, and that counters of narrow ranges are removed at zero. */
export async function assertCountersMatch({ db }: Storage): Promise<void> {
  const wanted = new Map<string, number>()
  for (const { period, seconds } of await db.selectFrom('board_totals').selectAll().execute()) {
    assert.ok(seconds > 0)
    for (const width of boardWidths) {
      const key = `${period}:${width}:${Math.floor(seconds / width)}`
      wanted.set(key, (wanted.get(key) ?? 0) + 1)
    }
  }
  const kept = new Map<string, number>()
  for (const { period, width, bucket, count } of await db.selectFrom('board_tallies').selectAll().execute()) {
    assert.ok(count !== 0 || width > 1000, `${period}:${width}:${bucket} counts nothing`)
    const key = `${period}:${width}:${bucket}`
    kept.set(key, (kept.get(key) ?? 0) + count)
  }
  const sorted = (counts: Map<string, number>) => [...counts].filter(([, count]) => count !== 0).sort()
  assert.deepEqual(sorted(kept), sorted(wanted))
}
