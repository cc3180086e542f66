import { type Clock, clockSkewSeconds, type EpochSeconds } from '../shared/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { updateLastSeen } from './account.repository.ts'
import type { Account, AccountId } from './account.ts'

export type LastSeen = ReturnType<typeof createLastSeen>

/** Collects last visits in memory and writes them periodically, so that a request does not cost a write. */
export function createLastSeen(storage: Storage, clock: Clock) {
  let seen = new Map<AccountId, EpochSeconds>()

  return {
    note(id: AccountId): void {
      seen.set(id, clock.now())
    },

    /** The account with its latest visit, including one that is not stored yet. */
    applied(account: Account): Account {
      const visit = seen.get(account.id)
      if (visit === undefined) return account
      const [now, stored] = [clock.now(), account.lastSeenAt]
      const at = Math.min(visit, now)
      return stored >= at && stored <= now + clockSkewSeconds ? account : { ...account, lastSeenAt: at }
    },

    async flush(): Promise<void> {
      if (seen.size === 0) return
      const gathered = seen
      seen = new Map()
      try {
        // Always in the same order, so that two processes that lock the same rows do not deadlock.
        const inOrder = [...gathered].sort(([one], [other]) => one - other)
        const now = clock.now()
        // A visit noted before the clock was set back may be in the future: limit it to the present.
        const visits = inOrder.map(([id, at]): [AccountId, EpochSeconds] => [id, Math.min(at, now)])
        await storage.write((tx) => updateLastSeen(tx, visits, now))
      } catch (error) {
        for (const [id, at] of gathered) if (!seen.has(id)) seen.set(id, at)
        throw error
      }
    },
  }
}
