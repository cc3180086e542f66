import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AccountId } from '../../accounts/account.ts'
import type { Clock, EpochSeconds } from '../../shared/clock.ts'

const maxEntries = 10_000
const signInSeconds = 12 * 3600
const refusalSeconds = 900
/** Recognition reveals to an attacker that a guess is right, so it stops after this many refused guesses. */
const maxRecognitionsUnderAttack = 100

/**
 * Remembers which accounts signed in from which networks in the last hours, and with which passwords, so that they need
 * not wait for limits that others have used up. Stored in the memory of this process only, under a key that only this
 * process has.
 */
export function createRecentSignIns(clock: Clock) {
  const key = randomBytes(32)
  const signIns = new LRUCache<string, EpochSeconds>({ max: maxEntries })
  const refusals = new LRUCache<string, { count: number; until: EpochSeconds }>({ max: maxEntries })

  const isCurrent = (until: EpochSeconds | undefined, seconds: number) =>
    until !== undefined && until > clock.now() && until <= clock.now() + seconds
  const signInOf = (id: AccountId, network: string, password: string) =>
    createHmac('sha256', key)
      .update(`${id}\n${network}\n${password.normalize('NFC')}`)
      .digest('base64')

  function refusalsOf(key: string): number {
    const known = refusals.get(key)
    return known && isCurrent(known.until, refusalSeconds) ? known.count : 0
  }

  function count(key: string): void {
    refusals.set(key, { count: refusalsOf(key) + 1, until: clock.now() + refusalSeconds })
  }

  return {
    note(id: AccountId, network: string, password: string): void {
      signIns.set(signInOf(id, network, password), clock.now() + signInSeconds)
    },

    /** Always false after many refused guesses from this network. The password may have changed since it was noted. */
    recognises(id: AccountId, network: string, password: string): boolean {
      if (refusalsOf(`${id} ${network}`) >= maxRecognitionsUnderAttack) return false
      return isCurrent(signIns.get(signInOf(id, network, password)), signInSeconds)
    },

    noteRefusal(id: AccountId, network: string): void {
      count(String(id))
      count(`${id} ${network}`)
    },

    /**
     * Whether guesses for this account were refused recently. Cached verifications must not be used then, because they
     * respond faster than a hash.
     */
    isUnderAttack: (id: AccountId) => refusals.size > 0 && refusalsOf(String(id)) > 0,
  }
}
