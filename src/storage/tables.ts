import type { AccountTable, HiddenAccountTable } from '../accounts/account.table.ts'
import type { RateLimitTable } from '../authentication/rate-limits/rate-limit.table.ts'
import type { SessionTable } from '../authentication/sessions/session.table.ts'
import type { IdempotencyKeyTable } from '../idempotency/idempotency-key.table.ts'
import type { BoardTallyTable, BoardTotalTable } from '../leaderboards/board.table.ts'
import type { WaitingPlaceTable } from '../registration/waiting-room/waiting-place.table.ts'
import type { CampusDayTable, StudyDayTable } from '../statistics/daily-totals/study-day.table.ts'
import type { StudyBatchKeyTable, StudyChangeTable, StudyCounterTable, StudyTable } from '../studies/study.table.ts'

interface SettingTable {
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
  study_batch_keys: StudyBatchKeyTable
  study_tallies: StudyCounterTable
  study_days: StudyDayTable
  campus_days: CampusDayTable
  waiting_places: WaitingPlaceTable
  sessions: SessionTable
  idempotency_keys: IdempotencyKeyTable
  board_totals: BoardTotalTable
  board_tallies: BoardTallyTable
}
