import type { Storage } from '../../storage/storage.ts'
import type { DailyTotals } from '../daily-totals/daily-totals.service.ts'
import { findStatesAfter } from '../daily-totals/totals-state.repository.ts'
import { isStale } from './rebuild.service.ts'

const accountsAtOnce = 500
/** In seconds. A long walk is followed by a longer rest, so that walking stays a small part of what the service does. */
const shortestRest = 60
const accountsPerSecondOfRest = 5000

export type TotalsSweep = ReturnType<typeof createTotalsSweep>

/**
 * Walks through all accounts in pieces, and builds totals that are out of date: after an upgrade or a change of a
 * setting, and after writes of an older release beside this one. Nobody is answered by such totals meanwhile, but boards
 * and the campus' sums lack them.
 */
export function createTotalsSweep({ storage, totals }: { storage: Storage; totals: DailyTotals }) {
  let after = 0
  let walked = 0

  /** Looks after the next accounts. Returns after how many seconds to go on. */
  async function sweep(stopping: () => boolean): Promise<number> {
    const states = await findStatesAfter(storage.db, after, accountsAtOnce)
    const stale = states.filter((state) => isStale(state, totals))
    // Several workers walk at once: each in an order of its own, so that they do not build the same accounts.
    for (const { accountId } of shuffled(stale)) {
      if (stopping()) return 0
      await totals.ensureBuilt(storage, accountId)
      await new Promise(setImmediate)
    }
    const last = states.at(-1)
    after = last?.accountId ?? 0
    const rest = last === undefined ? shortestRest + walked / accountsPerSecondOfRest : 0
    walked = last === undefined ? 0 : walked + states.length
    return rest
  }

  return { sweep }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
