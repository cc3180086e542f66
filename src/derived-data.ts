import type { RemoveData } from './accounts/account-removal.service.ts'
import type { CountData } from './accounts/settings/settings.service.ts'
import type { Config } from './config/config.ts'
import { createCampusCalendar } from './shared/campus-calendar.ts'
import type { BoardTotals } from './statistics/board-totals.service.ts'
import { createDailyTotals } from './statistics/daily-totals.service.ts'
import { removeStudiesOf } from './studies/study-removal.service.ts'
import { countForEveryone } from './studies/study-visibility.service.ts'
import type { StudyFollower } from './studies/study-writes.service.ts'

export type DerivedData = ReturnType<typeof createDerivedData>
export type DerivedDataConfig = Pick<Config, 'timezone' | 'boardDayHours' | 'terms'>

/**
 * Everything that is kept beside the records, and changes in the transactions that write or remove them, or that hide an
 * account or show it. Whatever opens the database for such writes must use this.
 */
export function createDerivedData({ timezone, boardDayHours, terms }: DerivedDataConfig) {
  const calendar = createCampusCalendar(timezone)
  const boards: BoardTotals | undefined = undefined
  const totals = createDailyTotals({ calendar, boardDayHours, terms, boards })
  const followers: StudyFollower[] = [totals.follow]

  const countData: CountData = async (tx, id, counted) => {
    await countForEveryone(tx, id, counted)
    await totals.share(tx, id, counted)
  }

  const removeData: RemoveData = async (tx, id) => {
    const removed = await removeStudiesOf(tx, id)
    await totals.remove(tx, id)
    return removed
  }

  return { calendar, totals, boards, followers, countData, removeData }
}
