import type { Generated } from 'kysely'

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
  /** Grows with every write to the account's records. */
  study_version: Generated<number>
}
