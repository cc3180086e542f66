import type { Generated } from 'kysely'
import type { Visibility } from './account.ts'

export interface AccountTable {
  id: Generated<number>
  username: string
  /** The user name folded for comparison (see user-name.ts). */
  username_key: string
  /** HMAC of the student number: the number itself is never at rest. */
  student_number_hash: string
  /** argon2id in PHC string form, of the password in NFC; older ones of the password as it was sent. */
  password_hash: string
  /** Grows whenever the password changes; tokens name the version they were made for. */
  credential_version: number
  created_at: number
  last_seen_at: number
  /** Kept by every write to `studies`, never counted. */
  study_count: number
  /** Grows by one with every record that is written, and with every change of who may see them. */
  study_version: Generated<number>
  visibility: Generated<Visibility>
  daily_goal_minutes: number | null
}

/** The accounts whose visibility is `only_me`, once more: everyone's list asks for each of its rows, and this table is small. */
export interface HiddenAccountTable {
  account_id: number
}
