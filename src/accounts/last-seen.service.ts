import type { Clock, EpochSeconds } from '../shared/clock.ts'
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
      const at = seen.get(account.id)
      return at === undefined || at <= account.lastSeenAt ? account : { ...account, lastSeenAt: at }
    },

    async flush(): Promise<void> {
      if (seen.size === 0) return
      const gathered = seen
      seen = new Map()
      try {
        // In one order: two processes that lock the same rows must not wait for each other.
        const inOrder = [...gathered].sort(([one], [other]) => one - other)
        await storage.write((tx) => updateLastSeen(tx, inOrder))
      } catch (error) {
        for (const [id, at] of gathered) if (!seen.has(id)) seen.set(id, at)
        throw error
      }
    },
  }
}
