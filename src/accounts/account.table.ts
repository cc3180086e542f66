import type { Generated } from 'kysely'
import type { Visibility } from './account.ts'

export interface AccountTable {
  id: Generated<number>
  username: string
  /** The user name folded for comparison (see user-name.ts). */
  username_key: string
  /** HMAC of the student number. The number itself is never stored. */
  student_number_hash: string
  /** argon2id hash of the password in NFC, as a PHC string. Older hashes are of the password as it was sent. */
  password_hash: string
  /** Incremented whenever the password changes. A token names the version that it was issued for. */
  credential_version: number
  created_at: number
  last_seen_at: number
  /** Maintained by every write to `studies`, never counted. */
  study_count: number
  /** Incremented by one for every written record, and for every change of visibility. */
  study_version: Generated<number>
  /** The latest version whose entry was deleted from `study_changes` because of its age. */
  changes_forgotten_to: Generated<number>
  visibility: Generated<Visibility>
  daily_goal_minutes: number | null
  /**
   * The `study_version` that the account's daily totals represent. A release without totals does not update it, and
   * so causes them to be computed again.
   */
  totals_version: Generated<number | null>
  /** Identifies the settings that the daily totals were computed with. */
  totals_basis: Generated<string | null>
  /** 1 while the campus' sums include the account's daily totals. */
  totals_shared: Generated<number>
  /** No ended record of the account ends later. Valid while `latest_end_version` is the account's `study_version`. */
  latest_end: Generated<number | null>
  latest_end_version: Generated<number | null>
}

/**
 * The accounts with visibility `only_me`, in addition to their settings: everyone's list checks this for each row, and
 * this table is small.
 */
export interface HiddenAccountTable {
  account_id: number
}
