import { type CounterDelta, counterWidths, runningDelta, startDeltas, summed } from '../../studies/study-counter.ts'
import { campusAccounts } from './accounts.ts'
import { campusRecords, type SeedRecord } from './campus.ts'
import { fulfils, type PlanWish, planFor, type SeedPlan } from './plan.ts'
import type { AccountDelta, SeedStore } from './seed.store.ts'

const finest = Math.min(...counterWidths)

/** The database holds what this seeding has not put there. */
export class NotEmptyError extends Error {
  override name = 'NotEmptyError'
}

export interface SeedOptions {
  wish: PlanWish
  now: number
  /** Of all seeded accounts alike, in PHC string form. */
  passwordHash: string
  /** Records of one transaction: many, for each touches most students. */
  chunkSize?: number
  /** Records between two looks at the signal; what has been put in by then is kept. */
  partSize?: number
  signal?: AbortSignal
  onProgress?: (records: number) => void
}

export interface SeedOutcome {
  plan: SeedPlan
  /** Records that were there from an earlier run. */
  found: number
}

interface SeedState {
  plan: SeedPlan
  done: number
}

/**
 * Fills the database with a campus. At every commit it holds the campus' first records and counts that fit them, so that a run that was
 * stopped is taken up where it was. @throws NotEmptyError, or the signal's reason
 */
export async function seedDatabase(store: SeedStore, options: SeedOptions): Promise<SeedOutcome> {
  const { wish, now, chunkSize = 1_000_000, partSize = 50_000, signal, onProgress } = options
  const { plan, done: found } = (await begun(store, wish)) ?? (await begin(store, planFor(wish, now), options))
  const parts = partsOf(plan, found, Math.min(partSize, chunkSize))
  let done = found
  while (done < plan.records) {
    signal?.throwIfAborted()
    const end = Math.min(done + chunkSize, plan.records)
    await store.transaction(async (tx) => {
      const sums = createSums()
      while (done < end && !signal?.aborted) {
        const part = parts.next().value ?? []
        await tx.insertRecords(done + 1, part)
        sums.add(part)
        done += part.length
        onProgress?.(done)
        // Signals are heard between two turns of the event loop; SQLite leaves none.
        await new Promise(setImmediate)
      }
      await tx.updateAccounts(sums.accounts())
      await tx.addToCounters(sums.counters())
      await tx.putState(JSON.stringify({ plan, done } satisfies SeedState))
    })
  }
  if (found < plan.records) await store.tidy()
  else onProgress?.(found)
  return { plan, found }
}

function* partsOf(plan: SeedPlan, skipped: number, size: number): Generator<SeedRecord[], undefined> {
  let seen = 0
  let part: SeedRecord[] = []
  for (const records of campusRecords(plan)) {
    for (const record of records) {
      if (seen++ < skipped) continue
      part.push(record)
      if (part.length < size) continue
      yield part
      part = []
    }
  }
  if (part.length > 0) yield part
}

async function begun(store: SeedStore, wish: PlanWish): Promise<SeedState | undefined> {
  const found = await store.findState()
  if (found === undefined) {
    if (await store.hasAccounts()) throw new NotEmptyError('it has accounts that were not created by seeding')
    return undefined
  }
  const state: SeedState = JSON.parse(found)
  if (!fulfils(state.plan, wish)) throw new NotEmptyError('it was seeded with other options')
  return state
}

async function begin(store: SeedStore, plan: SeedPlan, { passwordHash }: SeedOptions): Promise<SeedState> {
  const state = { plan, done: 0 }
  await store.transaction(async (tx) => {
    await tx.insertAccounts(campusAccounts(plan), passwordHash)
    await tx.putState(JSON.stringify(state))
  })
  return state
}

/** What records do to the rows that count them. */
function createSums() {
  const deltas = new Map<number, AccountDelta>()
  const starts = new Map<number, number>()
  let running = 0

  function addToAccount({ accountId, startedAt, endedAt, endCause }: SeedRecord): void {
    const delta = deltas.get(accountId) ?? { id: accountId, studies: 0, lastSeenAt: 0 }
    delta.studies++
    // Only a student's own ending is a visit; the limit and the next start come without one.
    delta.lastSeenAt = Math.max(delta.lastSeenAt, endCause === 'student' ? (endedAt ?? startedAt) : startedAt)
    deltas.set(accountId, delta)
  }

  return {
    add(records: SeedRecord[]): void {
      for (const record of records) {
        addToAccount(record)
        const bucket = Math.floor(record.startedAt / finest)
        starts.set(bucket, (starts.get(bucket) ?? 0) + 1)
        if (record.endedAt === null) running++
      }
    },

    accounts: () => [...deltas.values()],

    counters(): CounterDelta[] {
      // The stretches of each width are whole ones of the finest.
      const deltas = [...starts].flatMap(([bucket, count]) => startDeltas(bucket * finest, count))
      return summed(running > 0 ? [...deltas, runningDelta(running)] : deltas)
    },
  }
}
