import type { RemoveData } from './accounts/account-removal.service.ts'
import type { CountData } from './accounts/settings/settings.service.ts'
import type { Config } from './config/config.ts'
import { createBoardUpdates } from './leaderboards/board-update.service.ts'
import { invalidateBoardPages } from './leaderboards/board-version.repository.ts'
import { createCampusCalendar } from './shared/campus-calendar.ts'
import { createDailyTotals } from './statistics/daily-totals/daily-totals.service.ts'
import { findSeenDays } from './statistics/daily-totals/study-day.repository.ts'
import { removeStudiesOf } from './studies/study-removal.service.ts'
import { countForEveryone } from './studies/study-visibility.service.ts'
import type { StudyFollower } from './studies/study-writes.service.ts'

export type DerivedData = ReturnType<typeof createDerivedData>
export type DerivedDataConfig = Pick<Config, 'timezone' | 'boardDayHours' | 'terms'>

/**
 * All data that is derived from records. It changes in the same transactions that write or remove records, or that change
 * an account's visibility. Code that opens the database for such writes must use this.
 */
export function createDerivedData({ timezone, boardDayHours, terms }: DerivedDataConfig) {
  const calendar = createCampusCalendar(timezone)
  const boards = createBoardUpdates({ terms, dayHours: boardDayHours, findSeenDays })
  const totals = createDailyTotals({ calendar, boardDayHours, terms, boards })
  const followers: StudyFollower[] = [totals.follow]

  const countData: CountData = async (tx, id, counted) => {
    await countForEveryone(tx, id, counted)
    await totals.share(tx, id, counted)
  }

  const removeData: RemoveData = async (tx, id) => {
    const removed = await removeStudiesOf(tx, id)
    await totals.remove(tx, id)
    invalidateBoardPages(tx)
    return removed
  }

  return { calendar, totals, boards, followers, countData, noteVisibility: invalidateBoardPages, removeData }
}
