import { createHash } from 'node:crypto'
import { lockAccount } from '../../accounts/account.repository.ts'
import type { AccountId } from '../../accounts/account.ts'
import type { CampusCalendar, Term } from '../../shared/campus-calendar.ts'
import type { Db, Storage } from '../../storage/storage.ts'
import type { StudyFollower } from '../../studies/study-writes.service.ts'
import type { BoardDayChange, BoardTotals } from './board-totals.service.ts'
import { addToCampusDays } from './campus-day.repository.ts'
import { createDayHours, zoneRules } from './day-hours.ts'
import { addDays, addIntervals, always, type DayTotals, emptyDay, isImpossible, isZero } from './day-totals.ts'
import { deleteDay, deleteDays, findDaySeconds, findDays, insertDays, putDay } from './study-day.repository.ts'
import { findIntervals, findLatestEnd, raiseLongest } from './study-interval.repository.ts'
import { findTotalsState, putTotalsState, type TotalsState } from './totals-state.repository.ts'
import { changedIntervals, differencesOf, lengthOfLongest } from './written-intervals.service.ts'

/** Must change with everything that makes the same records and settings give other totals. */
const algorithm = 1

export interface DailyTotalsDeps {
  calendar: CampusCalendar
  boardDayHours: number
  terms: readonly Term[]
  boards?: BoardTotals | undefined
}

export type DailyTotals = ReturnType<typeof createDailyTotals>

/**
 * The totals of each account and day, changed in the transaction of each write. An account's totals are valid for the
 * version and the basis that its row names; otherwise they are computed again from its records. So a release that keeps
 * none may write to the same database, and settings may change.
 */
export function createDailyTotals({ calendar, boardDayHours, terms, boards }: DailyTotalsDeps) {
  const hours = createDayHours(calendar)
  const rules = JSON.stringify([algorithm, calendar.timezone, zoneRules(calendar.timezone), boardDayHours, terms])
  const basis = createHash('sha256').update(rules).digest('base64url').slice(0, 16)
  const boardLimit = Math.round(boardDayHours * 3600)

  const isCurrent = (state: TotalsState) => state.version === state.studyVersion && state.basis === basis

  const follow: StudyFollower = async (tx, { accountId, account, changes }) => {
    const changed = changedIntervals(changes)
    if (changed === undefined) return
    await raiseLongest(tx, lengthOfLongest(changed.after))
    if (account.totalsBasis !== basis) {
      await build(tx, accountId)
      account.totalsBasis = basis
      return
    }
    account.latestEnd ??= await findLatestEnd(tx, accountId)
    const differences = await differencesOf(tx, accountId, changed, { hours, latestEnd: account.latestEnd })
    const boardChanges: BoardDayChange[] = []
    for (const difference of differences) {
      const { day } = difference
      const [before = emptyDay(day)] = await findDays(tx, accountId, day, day)
      const after = addDays(before, difference)
      // The row was changed by hand, or by a fault of ours.
      if (isImpossible(after)) return build(tx, accountId)
      await (isZero(after) ? deleteDay(tx, accountId, day) : putDay(tx, accountId, after))
      boardChanges.push({ day, before: onBoard(before), after: onBoard(after) })
    }
    if (account.hidden) return
    addToCampusDays(tx, differences)
    await boards?.apply(
      tx,
      accountId,
      boardChanges.filter(({ before, after }) => before !== after),
    )
  }

  function onBoard({ seenSeconds }: DayTotals): number {
    return Math.min(seenSeconds, boardLimit)
  }

  /** Computes the totals of an account, whose row is locked, from its records. */
  async function build(tx: Db, accountId: AccountId): Promise<void> {
    const state = await findTotalsState(tx, accountId)
    if (state === undefined) return
    const intervals = await findIntervals(tx, accountId)
    await raiseLongest(tx, lengthOfLongest(intervals))
    const days = [...addIntervals(new Map(), intervals, always, hours).values()]
    const replaced = await deleteDays(tx, accountId)
    await insertDays(tx, accountId, days)
    const shared = !state.hidden
    if (state.shared) addToCampusDays(tx, negative(replaced))
    if (shared) addToCampusDays(tx, days)
    await putTotalsState(tx, { accountId, version: state.studyVersion, basis, shared })
    await shareOnBoards(tx, accountId, shared)
  }

  async function shareOnBoards(tx: Db, accountId: AccountId, shared: boolean): Promise<void> {
    await (shared ? boards?.add(tx, accountId) : boards?.remove(tx, accountId))
  }

  /** Builds the account's totals unless they are current. Returns whether it did. */
  async function ensureBuilt(storage: Storage, accountId: AccountId, { again = false } = {}): Promise<boolean> {
    return storage.write(async (tx) => {
      await lockAccount(tx, accountId, storage.kind)
      const state = await findTotalsState(tx, accountId)
      if (state === undefined || (isCurrent(state) && !again)) return false
      await build(tx, accountId)
      return true
    })
  }

  /** Adds the totals of an account, whose row is locked, to everyone's sums and boards, or takes them out. */
  async function share(tx: Db, accountId: AccountId, shared: boolean): Promise<void> {
    const state = await findTotalsState(tx, accountId)
    if (state === undefined) return
    if (!isCurrent(state)) return build(tx, accountId)
    if (state.shared !== shared) {
      const days = await findDaySeconds(tx, accountId)
      addToCampusDays(tx, shared ? days : negative(days))
      await putTotalsState(tx, { ...state, shared })
    }
    await shareOnBoards(tx, accountId, shared)
  }

  /** Removes everything that is derived from the records of an account, whose row is locked. */
  async function remove(tx: Db, accountId: AccountId): Promise<void> {
    await removeTotals(tx, accountId)
    await boards?.remove(tx, accountId)
  }

  return { calendar, hours, follow, isCurrent, ensureBuilt, share, remove }
}

/** Removes the daily totals of an account, whose row is locked. */
export async function removeTotals(tx: Db, accountId: AccountId): Promise<void> {
  const state = await findTotalsState(tx, accountId)
  const removed = await deleteDays(tx, accountId)
  if (state?.shared) addToCampusDays(tx, negative(removed))
}

function negative<T extends { seconds: number }>(days: readonly T[]): T[] {
  return days.map((day) => ({ ...day, seconds: -day.seconds }))
}
