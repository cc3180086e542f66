import { isHidden } from '../../accounts/account.ts'
import {
  type CounterDelta,
  counterWidths,
  runningDelta,
  startDeltas,
  summed,
} from '../../studies/list/study-counter.ts'
import { campusAccounts } from './accounts.ts'
import { campusRecords } from './campus.ts'
import { fulfils, type PlanRequest, planFor, type SeedPlan } from './plan.ts'
import type { SeedRecord } from './record.ts'
import type { AccountDelta, SeedStore } from './seed.store.ts'
import { visibilityOf } from './student.ts'

const finest = Math.min(...counterWidths)

/** The database contains data that this seeding did not insert. */
export class NotEmptyError extends Error {
  override name = 'NotEmptyError'
}

export interface SeedOptions {
  request: PlanRequest
  now: number
  /** The password hash of all seeded accounts, as a PHC string. */
  passwordHash: string
  /** Records per transaction. Large, because each transaction updates most students. */
  chunkSize?: number
  /** Records between two checks of the signal. On an abort, the records inserted so far are committed. */
  partSize?: number
  signal?: AbortSignal
  onProgress?: (records: number) => void
}

export interface SeedOutcome {
  plan: SeedPlan
  /** Records from an earlier run. */
  found: number
}

interface SeedState {
  /** The version of what a plan stands for. A later release draws other records from the same plan. */
  version: number
  plan: SeedPlan
  done: number
}

const version = 2

/**
 * Fills the database with a campus, without its daily totals: those are for `rebuildTotals`. After every commit the database holds the campus' first records and matching counters, so
 * that an interrupted run can be resumed. @throws NotEmptyError, or the signal's reason
 */
export async function seedDatabase(store: SeedStore, options: SeedOptions): Promise<SeedOutcome> {
  const { request, now, chunkSize = 1_000_000, partSize = 50_000, signal, onProgress } = options
  const state = (await begun(store, request)) ?? (await begin(store, planFor(request, now), options))
  const { plan, done: found } = state
  const parts = partsOf(plan, found, Math.min(partSize, chunkSize))
  let done = found
  while (done < plan.records) {
    signal?.throwIfAborted()
    const end = Math.min(done + chunkSize, plan.records)
    await store.transaction(async (tx) => {
      const sums = createSums(plan)
      while (done < end && !signal?.aborted) {
        const part = parts.next().value ?? []
        await tx.insertRecords(done + 1, part)
        sums.add(part)
        done += part.length
        onProgress?.(done)
        // Signals are handled between turns of the event loop, and SQLite calls never yield to it.
        await new Promise(setImmediate)
      }
      await tx.updateAccounts(sums.accounts())
      await tx.addToCounters(sums.counters())
      await tx.putState(textOf({ ...state, done }))
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

async function begun(store: SeedStore, request: PlanRequest): Promise<SeedState | undefined> {
  const found = await store.findState()
  if (found === undefined) {
    if (await store.hasAccounts()) throw new NotEmptyError('it has accounts that were not created by seeding')
    return undefined
  }
  const state: SeedState = JSON.parse(found)
  if (state.version !== version) throw new NotEmptyError('it was seeded by another release')
  if (!fulfils(state.plan, request)) throw new NotEmptyError('it was seeded with other options')
  return state
}

async function begin(store: SeedStore, plan: SeedPlan, { passwordHash }: SeedOptions): Promise<SeedState> {
  const state = { version, plan, done: 0 }
  await store.transaction(async (tx) => {
    await tx.insertAccounts(campusAccounts(plan), passwordHash)
    await tx.putState(textOf(state))
  })
  return state
}

function textOf(state: SeedState): string {
  return JSON.stringify(state)
}

/** Sums the changes that records make to accounts and counters. Records of hidden accounts are in no counter. */
function createSums({ seed }: SeedPlan) {
  const deltas = new Map<number, AccountDelta>()
  const starts = new Map<number, number>()
  let running = 0

  function addToAccount({ accountId, startedAt, endedAt, endCause }: SeedRecord): void {
    const delta = deltas.get(accountId) ?? { id: accountId, studies: 0, lastSeenAt: 0 }
    delta.studies++
    // Only an end by the student is a visit. An end by the limit or by the next start is not.
    delta.lastSeenAt = Math.max(delta.lastSeenAt, endCause === 'student' ? (endedAt ?? startedAt) : startedAt)
    deltas.set(accountId, delta)
  }

  return {
    add(records: SeedRecord[]): void {
      for (const record of records) {
        addToAccount(record)
        if (isHidden({ visibility: visibilityOf(seed, record.accountId) })) continue
        const bucket = Math.floor(record.startedAt / finest)
        starts.set(bucket, (starts.get(bucket) ?? 0) + 1)
        if (record.endedAt === null) running++
      }
    },

    accounts: () => [...deltas.values()],

    counters(): CounterDelta[] {
      // The buckets of each width consist of whole buckets of the finest width.
      const deltas = [...starts].flatMap(([bucket, count]) => startDeltas(bucket * finest, count))
      return summed(running > 0 ? [...deltas, runningDelta(running)] : deltas)
    },
  }
}
