export interface IdempotencyKeyTable {
  /** HMAC of the scope and the key. Neither can be read from it. */
  mark: string
  /** HMAC of the request. It also covers the key, so that nobody can guess the passwords of a body without it. */
  fingerprint: string
  /** The account that the answer is about. The row is deleted with the account. */
  account_id: number | null
  /** Null while the request is being answered. */
  status: number | null
  location: string | null
  /** JSON as it was sent, or null for an answer without a body. */
  body: string | null
  created_at: number
}
