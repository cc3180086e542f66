import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AccountId } from '../accounts/account.ts'
import { type Clock, clockSkew, type EpochSeconds } from '../shared/clock.ts'

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
/** One account can be named in many ways (the scheme's case, blanks, base64's last bits), and have many tokens. */
const mostOfAccount = 16
/** A token of ours has some 150 letters. */
const longestHeader = 512

/**
 * Which Authorization headers were verified in the last minutes, so that whoever asks again costs no argon2 and no signature. Passwords
 * are not kept: their headers are known by a hash under a key that this process alone has. The caller holds what is recalled against
 * the database.
 */
export function createCredentialCache(clock: Clock) {
  const key = randomBytes(32).toString('hex')
  const markOf = (authorization: string) => hash('sha256', key + authorization, 'latin1')
  /** By header, or by the mark of one that holds a password. */
  const identities = new LRUCache<string, Verified>({
    max: most,
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
    if (keys.size > mostOfAccount && oldest !== undefined) identities.delete(oldest)
  }

  return {
    recall(authorization: string): Verified | undefined {
      const known = identities.get(authorization) ?? identities.get(markOf(authorization))
      const now = clock.now()
      return known !== undefined && known.since <= now + clockSkew && now < known.until ? known : undefined
    },

    remember(authorization: string, verified: Verified): void {
      if (verified.by === 'password') keep(markOf(authorization), verified)
      else if (authorization.length <= longestHeader) keep(authorization, verified)
    },

    size: () => identities.size,
  }
}
