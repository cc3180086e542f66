import type { AccountTable, HiddenAccountTable } from '../accounts/account.table.ts'
import type { RateLimitTable } from '../authentication/rate-limit.table.ts'
import type { WaitingPlaceTable } from '../registration/waiting-room/waiting-place.table.ts'
import type { CampusDayTable, StudyDayTable } from '../statistics/study-day.table.ts'
import type { StudyChangeTable, StudyCounterTable, StudyTable } from '../studies/study.table.ts'

export interface SettingTable {
  key: string
  value: string
}

export interface Tables {
  settings: SettingTable
  accounts: AccountTable
  hidden_accounts: HiddenAccountTable
  budgets: RateLimitTable
  studies: StudyTable
  study_changes: StudyChangeTable
  study_tallies: StudyCounterTable
  study_days: StudyDayTable
  campus_days: CampusDayTable
  waiting_places: WaitingPlaceTable
}
