import type { Storage } from '../../storage/storage.ts'
import type { DailyTotals } from '../daily-totals/daily-totals.service.ts'
import { findStatesAfter } from '../daily-totals/totals-state.repository.ts'
import { isStale } from './rebuild.service.ts'

const accountsPerRead = 500
/** The pause between two sweeps grows with the number of accounts, so that sweeping stays a small part of the load. */
const minPauseSeconds = 60
const accountsPerPauseSecond = 5000

export type TotalsSweep = ReturnType<typeof createTotalsSweep>

/**
 * Goes through all accounts in pieces and computes totals that are out of date: after an upgrade, a changed setting, or
 * writes by an older release that runs at the same time. Until then, reads of the account recompute them, but boards and
 * the sums of the campus lack them.
 */
export function createTotalsSweep({ storage, totals }: { storage: Storage; totals: DailyTotals }) {
  let after = 0
  let swept = 0

  /** Handles the next accounts. Returns the seconds to wait before the next call. */
  async function sweep(stopping: () => boolean): Promise<number> {
    const states = await findStatesAfter(storage.db, after, accountsPerRead)
    const stale = states.filter((state) => isStale(state, totals))
    // Several workers sweep at once, each in a random order, so that they rarely build the same accounts.
    for (const { accountId } of shuffled(stale)) {
      if (stopping()) return 0
      await totals.ensureBuilt(storage, accountId)
      await new Promise(setImmediate)
    }
    const last = states.at(-1)
    after = last?.accountId ?? 0
    const pauseSeconds = last === undefined ? minPauseSeconds + swept / accountsPerPauseSecond : 0
    swept = last === undefined ? 0 : swept + states.length
    return pauseSeconds
  }

  return { sweep }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
