import type { AccountTable } from '../accounts/account.table.ts'
import type { RateLimitTable } from '../authentication/rate-limit.table.ts'
import type { WaitingPlaceTable } from '../registration/waiting-room/waiting-place.table.ts'
import type { StudyCounterTable, StudyTable } from '../studies/study.table.ts'

export interface SettingTable {
  key: string
  value: string
}

export interface Tables {
  settings: SettingTable
  accounts: AccountTable
  budgets: RateLimitTable
  studies: StudyTable
  study_tallies: StudyCounterTable
  waiting_places: WaitingPlaceTable
}
