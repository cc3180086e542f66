import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { PageRequest } from '../../shared/page.ts'

/** Which records a list holds: everyone's or one student's; `from` ≤ start < `to`. */
export interface StudyFilter {
  accountId?: AccountId | undefined
  running?: boolean | undefined
  from?: EpochSeconds | undefined
  to?: EpochSeconds | undefined
}

export interface StudyListRequest extends PageRequest {
  filter: StudyFilter
}
