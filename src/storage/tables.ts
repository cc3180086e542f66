import type { AccountTable, HiddenAccountTable } from '../accounts/account.table.ts'
import type { RateLimitTable } from '../authentication/rate-limit.table.ts'
import type { RemovedStudyTable, StudyCounterTable, StudyTable } from '../studies/study.table.ts'

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
  removed_studies: RemovedStudyTable
  study_tallies: StudyCounterTable
}
