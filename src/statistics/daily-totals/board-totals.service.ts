import type { AccountId } from '../../accounts/account.ts'
import type { CampusDay } from '../../shared/campus-calendar.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Db } from '../../storage/storage.ts'

/** The seconds of one day that count on boards, before and after a write: at most `BOARD_DAY_HOURS`. */
export interface BoardDayChange {
  day: CampusDay
  before: number
  after: number
}

/** The counters of one board, from which its ranks and its number of students are computed. */
export interface BoardCounters {
  /** For example `week 2026-11-23`. */
  board: string
  /** Whether they match the board's rows. */
  areCorrect: boolean
  /** Corrects the differences that were found. Writes in the meantime do not matter. */
  repair(tx: Db): void
}

/**
 * Updates the leaderboards in the transaction that changes the daily totals. The account's row must be locked. `apply` and
 * `add` must not be called for hidden accounts, which are on no board.
 */
export interface BoardTotals {
  apply(tx: Db, accountId: AccountId, changes: BoardDayChange[]): MaybePromise<void>
  /** Replaces the account's rows on the boards by those that follow from its daily totals. */
  add(tx: Db, accountId: AccountId): Promise<void>
  /** Takes the account off every board. It may be on none. */
  remove(tx: Db, accountId: AccountId): Promise<void>
  /** Whether the account's rows on the boards match its daily totals. A hidden account must have none. For `occupy stats verify`. */
  isCorrect?(db: Db, accountId: AccountId): Promise<boolean>
  /** All boards, one after another. For `occupy stats`. */
  checkCounters?(db: Db): AsyncIterable<BoardCounters>
}
