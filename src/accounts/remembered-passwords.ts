import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock, EpochSeconds } from '../shared/clock.ts'
import type { AccountId } from './account.ts'

export interface Remembered {
  accountId: AccountId
  /** The credential version and the student number that the account had: with another, the memory is void. */
  version: number
  studentNumberHash: string
}

const lifetime = 300
const most = 10_000

export type RememberedPasswords = ReturnType<typeof createRememberedPasswords>

/**
 * Which logins were verified in the last minutes, so that the same user who asks again costs no argon2. Nothing here is a password:
 * entries are found by an HMAC under a key that this process alone has. Whoever recalls one holds it against the database.
 */
export function createRememberedPasswords(clock: Clock) {
  const key = randomBytes(32)
  const verified = new LRUCache<string, Remembered & { until: EpochSeconds }>({ max: most })

  return {
    /** Under what a login is remembered. */
    markOf(login: string, password: string): string {
      return createHmac('sha256', key).update(`${login.length}:${login}${password}`).digest('base64')
    },

    recall(mark: string): Remembered | undefined {
      const known = verified.get(mark)
      return known !== undefined && known.until > clock.now() ? known : undefined
    },

    remember(mark: string, { accountId, version, studentNumberHash }: Remembered): void {
      verified.set(mark, { accountId, version, studentNumberHash, until: clock.now() + lifetime })
    },

    forget(mark: string): void {
      verified.delete(mark)
    },
  }
}
