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

/** What ranks and numbers of students of a board are summed from. */
export interface BoardCounters {
  /** As `week 2026-11-23`. */
  board: string
  /** Whether they are a count of the board's rows. */
  areReal: boolean
  /** Makes those right that were wrong then, whatever was written since. */
  repair(tx: Db): void
}

/**
 * What leaderboards derive from the daily totals, within the transaction that changes them. The account's row is locked.
 * Hidden accounts are on no board: nothing is applied or added for them.
 */
export interface BoardTotals {
  apply(tx: Db, accountId: AccountId, changes: BoardDayChange[]): MaybePromise<void>
  /** Makes the boards hold what the account's daily totals say (`findSeenDays`), whatever they held of it before. */
  add(tx: Db, accountId: AccountId): Promise<void>
  /** Takes the account off every board. It may be on none. */
  remove(tx: Db, accountId: AccountId): Promise<void>
  /** Whether the boards hold what the account's daily totals say, or nothing if it is hidden. For `occupy stats verify`. */
  isReal?(db: Db, accountId: AccountId): Promise<boolean>
  /** All boards, one after another. For `occupy stats`. */
  checkCounters?(db: Db): AsyncIterable<BoardCounters>
}
