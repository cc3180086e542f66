import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AccountId } from '../../accounts/account.ts'
import type { Clock, EpochSeconds } from '../../shared/clock.ts'

const most = 10_000
const signInSeconds = 12 * 3600
const refusalSeconds = 900
/** What is recognised tells a guesser that it is right: so often it may be asked, by refused guesses. */
const recognitionsUnderAttack = 100

export type RecentSignIns = ReturnType<typeof createRecentSignIns>

/**
 * Who has signed in from which network in the last hours, and by which password, so that they need not wait for limits that somebody else
 * has used up. In the memory of this process alone, under a key that it alone has.
 */
export function createRecentSignIns(clock: Clock) {
  const key = randomBytes(32)
  const signIns = new LRUCache<string, EpochSeconds>({ max: most })
  const refusals = new LRUCache<string, { count: number; until: EpochSeconds }>({ max: most })

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

    /** Says nothing any more after many refused guesses from this network. The password may have changed since. */
    recognises(id: AccountId, network: string, password: string): boolean {
      if (refusalsOf(`${id} ${network}`) >= recognitionsUnderAttack) return false
      return isCurrent(signIns.get(signInOf(id, network, password)), signInSeconds)
    },

    noteRefusal(id: AccountId, network: string): void {
      count(String(id))
      count(`${id} ${network}`)
    },

    /** Whether guesses for this account were refused of late: no memory of verified passwords may answer then, which is quicker to ask than a hash. */
    isUnderAttack: (id: AccountId) => refusals.size > 0 && refusalsOf(String(id)) > 0,
  }
}
