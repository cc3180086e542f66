import { type Clock, clockSkew, type EpochSeconds } from '../shared/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { updateLastSeen } from './account.repository.ts'
import type { Account, AccountId } from './account.ts'

export type LastSeen = ReturnType<typeof createLastSeen>

/** Gathers when accounts were last seen, and writes that now and then: a request must not cost a write. */
export function createLastSeen(storage: Storage, clock: Clock) {
  let seen = new Map<AccountId, EpochSeconds>()

  return {
    note(id: AccountId): void {
      seen.set(id, clock.now())
    },

    /** The account with what has not been written yet. */
    applied(account: Account): Account {
      const visit = seen.get(account.id)
      if (visit === undefined) return account
      const [now, stored] = [clock.now(), account.lastSeenAt]
      const at = Math.min(visit, now)
      return stored >= at && stored <= now + clockSkew ? account : { ...account, lastSeenAt: at }
    },

    async flush(): Promise<void> {
      if (seen.size === 0) return
      const gathered = seen
      seen = new Map()
      try {
        // In one order: two processes that lock the same rows must not wait for each other.
        const inOrder = [...gathered].sort(([one], [other]) => one - other)
        const now = clock.now()
        // A visit that was noted before the clock was put back is one of now at the latest.
        const visits = inOrder.map(([id, at]): [AccountId, EpochSeconds] => [id, Math.min(at, now)])
        await storage.write((tx) => updateLastSeen(tx, visits, now))
      } catch (error) {
        for (const [id, at] of gathered) if (!seen.has(id)) seen.set(id, at)
        throw error
      }
    },
  }
}
