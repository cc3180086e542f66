import type { Generated } from 'kysely'

/** The browsers that are signed in. */
export interface SessionTable {
  id: Generated<number>
  account_id: number
  /** SHA-256 of the cookie's value. The value itself has 256 random bits and is never stored. */
  value_hash: string
  /** The account's credential version at sign-in. The session is invalid when the account has another version. */
  credential_version: number
  device: string | null
  created_at: number
  last_seen_at: number
  /** Extended together with `last_seen_at`. */
  expires_at: number
}
