import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AccountId } from '../accounts/account.ts'
import { type Clock, clockSkewSeconds, type EpochSeconds } from '../shared/clock.ts'
import type { SessionId } from './sessions/session.ts'

/** The caller's account and how it was authenticated: only a password may be exchanged for a token. */
export interface Identity {
  accountId: AccountId
  /** The credential version. The identity is invalid when the account has another version. */
  version: number
  by: 'password' | 'token' | 'session'
  /** Set for an identity by session. */
  sessionId?: SessionId
  /** When a token expires. A password is only cached until then. */
  until?: EpochSeconds
}

/** A verified identity, with everything that may invalidate it. */
export interface Verified extends Identity {
  /** When the token was issued or the password verified. A time in the future means that the clock was ahead and has been set back. */
  since: EpochSeconds
  until: EpochSeconds
  /** Set for an identity by password: the login was one of these two. */
  studentNumberHash?: string
  usernameKey?: string
}

/** How long a verified password is cached, in seconds. */
export const passwordLifetimeSeconds = 300

const maxEntries = 10_000
/** One account can have many headers (the scheme's case, blanks, base64's last bits) and many tokens. */
const maxEntriesPerAccount = 16
/** A token of this service has about 150 characters. */
const maxHeaderChars = 512

/**
 * Caches the Authorization headers verified in the last minutes, so that a repeated request costs neither argon2 nor a
 * signature check. Passwords are not stored: their headers are identified by a hash under a key that only this process
 * has. The caller must check a cached identity against the database.
 */
export function createCredentialCache(clock: Clock) {
  const key = randomBytes(32).toString('hex')
  const markOf = (authorization: string) => hash('sha256', key + authorization, 'latin1')
  /** Keyed by the header, or by the keyed hash of a header that contains a password. */
  const identities = new LRUCache<string, Verified>({
    max: maxEntries,
    dispose: ({ accountId }, key) => forget(accountId, key),
  })
  const keysOf = new Map<AccountId, Set<string>>()

  function forget(accountId: AccountId, key: string): void {
    const keys = keysOf.get(accountId)
    if (keys?.delete(key) && keys.size === 0) keysOf.delete(accountId)
  }

  function keep(key: string, verified: Verified): void {
    identities.set(key, verified)
    const keys = keysOf.get(verified.accountId) ?? new Set()
    keysOf.set(verified.accountId, keys.add(key))
    const [oldest] = keys
    if (keys.size > maxEntriesPerAccount && oldest !== undefined) identities.delete(oldest)
  }

  return {
    recall(authorization: string): Verified | undefined {
      const known = identities.get(authorization) ?? identities.get(markOf(authorization))
      const now = clock.now()
      return known !== undefined && known.since <= now + clockSkewSeconds && now < known.until ? known : undefined
    },

    remember(authorization: string, verified: Verified): void {
      if (verified.by === 'password') keep(markOf(authorization), verified)
      else if (authorization.length <= maxHeaderChars) keep(authorization, verified)
    },

    size: () => identities.size,
  }
}
