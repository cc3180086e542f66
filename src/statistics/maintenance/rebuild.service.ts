import { setTimeout } from 'node:timers/promises'
import { isBusy } from '../../storage/database-unavailable.ts'
import { findSetting, putSetting } from '../../storage/settings.repository.ts'
import type { Storage } from '../../storage/storage.ts'
import type { BoardTotals } from '../daily-totals/board-totals.service.ts'
import { addToCampusDays, findCampusDrift } from '../daily-totals/campus-day.repository.ts'
import type { DailyTotals } from '../daily-totals/daily-totals.service.ts'
import { findStatesAfter, type TotalsState } from '../daily-totals/totals-state.repository.ts'

export interface RebuildOptions {
  signal?: AbortSignal
  /** Called with the number of accounts so far, those of a run that was stopped included. */
  onProgress?: (accounts: number) => void
  /** Begins with the first account, instead of where the last run was stopped. */
  restart?: boolean
  /** Their counters are repaired too, which belong to no account. */
  boards?: BoardTotals
  /** Leaves accounts alone whose totals are up to date, and so needs no note of where it was stopped. */
  onlyStale?: boolean
}

interface Progress {
  after: number
  accounts: number
}

/** The progress of a run that was stopped. */
const progressKey = 'stats rebuild'
const accountsAtOnce = 100
/**
 * On SQLite they share a commit, as many as fit into the time of one. The more do, the fewer pages are written: what
 * each account adds to boards lies scattered over all of them. On PostgreSQL each has a connection.
 */
const buildsAtOnce = { sqlite: 100, postgres: 4 }
const busyPauseMs = 50

/**
 * Computes everything that is derived from records again, account by account, each in a transaction of its own. The
 * service may go on. A run that was stopped, in whatever way, is resumed by the next one.
 */
export async function rebuildTotals(
  storage: Storage,
  totals: DailyTotals,
  { signal, onProgress, restart = false, onlyStale = false, boards }: RebuildOptions = {},
): Promise<number> {
  let progress: Progress = (restart || onlyStale ? undefined : await findProgress(storage)) ?? { after: 0, accounts: 0 }
  onProgress?.(progress.accounts)
  for (;;) {
    const states = await findStatesAfter(storage.db, progress.after, accountsAtOnce)
    const last = states.at(-1)
    if (last === undefined) break
    await buildAll(storage, totals, onlyStale ? states.filter((state) => isStale(state, totals)) : states, signal)
    progress = { after: last.accountId, accounts: progress.accounts + states.length }
    if (!onlyStale) await patiently(() => storage.write((tx) => putSetting(tx, progressKey, JSON.stringify(progress))))
    onProgress?.(progress.accounts)
    signal?.throwIfAborted()
  }
  await repairCampusDays(storage)
  if (boards && !onlyStale) await repairCounters(storage, boards, signal)
  if (!onlyStale)
    await patiently(() =>
      storage.write(async (tx) => void (await tx.deleteFrom('settings').where('key', '=', progressKey).execute())),
    )
  return progress.accounts
}

export async function findProgress({ db }: Storage): Promise<Progress | undefined> {
  const text = await findSetting(db, progressKey)
  return text === undefined ? undefined : (JSON.parse(text) as Progress)
}

export function isStale(state: TotalsState, { isCurrent }: DailyTotals): boolean {
  return !state.isNew && !isCurrent(state)
}

async function buildAll(
  storage: Storage,
  totals: DailyTotals,
  states: readonly TotalsState[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const atOnce = buildsAtOnce[storage.kind]
  for (let at = 0; at < states.length; at += atOnce) {
    signal?.throwIfAborted()
    const some = states.slice(at, at + atOnce)
    await Promise.all(
      some.map(({ accountId }) => patiently(() => totals.ensureBuilt(storage, accountId, { again: true }))),
    )
  }
}

/**
 * Takes the excess out that a sum has, rather than replace it: each write keeps the sums in step with the accounts, so
 * that an excess that is found at one moment is the same at every later one.
 */
async function repairCampusDays(storage: Storage): Promise<void> {
  const drift = await findCampusDrift(storage.longRunning ?? storage.db)
  if (drift.length === 0) return
  await patiently(() =>
    storage.write(async (tx) => {
      addToCampusDays(
        tx,
        drift.map(({ day, seconds }) => ({ day, seconds: -seconds })),
      )
    }),
  )
}

async function repairCounters(storage: Storage, boards: BoardTotals, signal: AbortSignal | undefined): Promise<void> {
  for await (const { areReal, repair } of boards.checkCounters?.(storage.longRunning ?? storage.db) ?? []) {
    if (!areReal) await patiently(() => storage.write(async (tx) => repair(tx)))
    await new Promise(setImmediate)
    signal?.throwIfAborted()
  }
}

/** Waits while a service beside us keeps the lock. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error)) throw error
      await setTimeout(busyPauseMs)
    }
  }
}
