import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AccountId } from '../accounts/account.ts'
import { type Clock, clockSkew, type EpochSeconds } from '../shared/clock.ts'
import { hmacSha256 } from './hmac-sha256.ts'

/** Who is asking, and by what: only a password buys a token. */
export interface Identity {
  accountId: AccountId
  /** Of the credentials: with another, this identity is void. */
  version: number
  by: 'password' | 'token'
}

/** An identity as it was verified, with all that may make it void. */
export interface Verified extends Identity {
  /** When a token was issued or a password verified: where that lies in the future, the clock was ahead and has been put back. */
  since: EpochSeconds
  until: EpochSeconds
  /** Of an identity by password: the login was one of these two. */
  studentNumberHash?: string
  usernameKey?: string
}

/** How long a password need not be verified again, in seconds. */
export const passwordMemory = 300

const most = 10_000

export type CredentialCache = ReturnType<typeof createCredentialCache>

/**
 * Which Authorization headers were verified in the last minutes, so that whoever asks again costs no argon2 and no signature. Passwords
 * are not kept: their headers are known by an HMAC under a key that this process alone has. The caller holds what is recalled against
 * the database.
 */
export function createCredentialCache(clock: Clock) {
  const markOf = hmacSha256(randomBytes(32))
  const byToken = new LRUCache<string, Verified>({ max: most })
  const byPassword = new LRUCache<string, Verified>({ max: most })

  return {
    recall(authorization: string): Verified | undefined {
      const known = byToken.get(authorization) ?? byPassword.get(markOf(authorization))
      const now = clock.now()
      return known !== undefined && known.since <= now + clockSkew && now < known.until ? known : undefined
    },

    remember(authorization: string, verified: Verified): void {
      if (verified.by === 'token') byToken.set(authorization, verified)
      else byPassword.set(markOf(authorization), verified)
    },
  }
}
