import { runningDelta, startDeltas, type TallyDelta } from '../studies/tally.ts'
import { campusAccounts } from './accounts.ts'
import { campusRecords, type SeedRecord } from './campus.ts'
import { fulfils, type PlanWish, planFor, type SeedPlan } from './plan.ts'
import type { AccountDelta, SeedStore, SeedTransaction } from './seed.store.ts'

/** The database holds what this seeding has not put there. */
export class NotEmptyError extends Error {
  override name = 'NotEmptyError'
}

export interface SeedOptions {
  wish: PlanWish
  now: number
  /** Of all seeded accounts alike, in PHC string form. */
  passwordHash: string
  /** Records of one transaction: many, for each touches most students; few enough to stop within a second or two. */
  chunkSize?: number
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
  const { wish, now, chunkSize = 200_000, signal, onProgress } = options
  const { plan, done: found } = (await begun(store, wish)) ?? (await begin(store, planFor(wish, now), options))
  let done = 0
  let chunk: SeedRecord[] = []
  const commit = async () => {
    // Signals are heard between two turns of the event loop; SQLite leaves none.
    await new Promise(setImmediate)
    signal?.throwIfAborted()
    const [records, first] = [chunk, done - chunk.length]
    await store.transaction((tx) => putChunk(tx, plan, first, records))
    chunk = []
    onProgress?.(done)
  }
  for (const records of campusRecords(plan)) {
    for (const record of records) {
      done++
      if (done <= found) continue
      chunk.push(record)
      if (chunk.length === chunkSize) await commit()
    }
  }
  if (chunk.length > 0) await commit()
  else onProgress?.(done)
  if (found < plan.records) await store.tidy()
  return { plan, found }
}

async function begun(store: SeedStore, wish: PlanWish): Promise<SeedState | undefined> {
  const found = await store.findState()
  if (found === undefined) {
    if (await store.hasAccounts()) throw new NotEmptyError('it holds accounts that no seeding has made')
    return undefined
  }
  const state: SeedState = JSON.parse(found)
  if (!fulfils(state.plan, wish)) throw new NotEmptyError('it holds a campus of another plan')
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

async function putChunk(tx: SeedTransaction, plan: SeedPlan, first: number, records: SeedRecord[]): Promise<void> {
  await tx.insertRecords(first + 1, records)
  await tx.updateAccounts(accountDeltas(records))
  await tx.addToTallies(tallyDeltas(records))
  await tx.putState(JSON.stringify({ plan, done: first + records.length }))
}

function accountDeltas(records: SeedRecord[]): AccountDelta[] {
  const deltas = new Map<number, AccountDelta>()
  for (const { accountId, startedAt, endedAt, endCause } of records) {
    const delta = deltas.get(accountId) ?? { id: accountId, studies: 0, lastSeenAt: 0 }
    delta.studies++
    // Only a student's own ending is a visit; the limit and the next start come without one.
    delta.lastSeenAt = Math.max(delta.lastSeenAt, endCause === 'student' ? (endedAt ?? startedAt) : startedAt)
    deltas.set(accountId, delta)
  }
  return [...deltas.values()]
}

function tallyDeltas(records: SeedRecord[]): TallyDelta[] {
  const sums = new Map<string, TallyDelta>()
  const add = (delta: TallyDelta) => {
    const key = `${delta.width} ${delta.bucket}`
    const sum = sums.get(key)
    if (sum) sum.delta += delta.delta
    else sums.set(key, { ...delta })
  }
  for (const { startedAt, endedAt } of records) {
    for (const delta of startDeltas(startedAt, 1)) add(delta)
    if (endedAt === null) add(runningDelta(1))
  }
  return [...sums.values()]
}
