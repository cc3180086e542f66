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
  /** Called with the number of accounts so far, including those of an earlier run that was stopped. */
  onProgress?: (accounts: number) => void
  /** Begins with the first account, instead of where the last run was stopped. */
  restart?: boolean
  /** Boards whose counters are repaired as well. */
  boards?: BoardTotals
  /** Skips accounts whose totals are up to date. Such a run stores no progress. */
  onlyStale?: boolean
}

interface Progress {
  after: number
  accounts: number
}

/** The setting that holds the progress of a run that was stopped. */
const progressKey = 'stats rebuild'
const accountsPerRead = 100
/**
 * On SQLite, these builds share a commit. Many builds in one commit write fewer pages, because the rows of one account are
 * scattered over all boards. On PostgreSQL, each build uses a connection.
 */
const concurrentBuilds = { sqlite: 100, postgres: 4 }
const retryPauseMs = 50

/**
 * Recomputes all data that is derived from records, with one transaction per account. The service may run meanwhile. If
 * a run is interrupted, the next one resumes it.
 */
export async function rebuildTotals(
  storage: Storage,
  totals: DailyTotals,
  { signal, onProgress, restart = false, onlyStale = false, boards }: RebuildOptions = {},
): Promise<number> {
  let progress: Progress = (restart || onlyStale ? undefined : await findProgress(storage)) ?? { after: 0, accounts: 0 }
  onProgress?.(progress.accounts)
  for (;;) {
    const states = await findStatesAfter(storage.db, progress.after, accountsPerRead)
    const last = states.at(-1)
    if (last === undefined) break
    await buildAll(storage, totals, onlyStale ? states.filter((state) => isStale(state, totals)) : states, signal)
    progress = { after: last.accountId, accounts: progress.accounts + states.length }
    if (!onlyStale)
      await retryWhileBusy(() => storage.write((tx) => putSetting(tx, progressKey, JSON.stringify(progress))))
    onProgress?.(progress.accounts)
    signal?.throwIfAborted()
  }
  await repairCampusDays(storage)
  if (boards && !onlyStale) await repairCounters(storage, boards, signal)
  if (!onlyStale)
    await retryWhileBusy(() =>
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
  const concurrency = concurrentBuilds[storage.kind]
  for (let at = 0; at < states.length; at += concurrency) {
    signal?.throwIfAborted()
    const some = states.slice(at, at + concurrency)
    await Promise.all(
      some.map(({ accountId }) => retryWhileBusy(() => totals.ensureBuilt(storage, accountId, { again: true }))),
    )
  }
}

/** Subtracts the excess of each sum instead of replacing the sum: writes do not change the excess, but they change the sum. */
async function repairCampusDays(storage: Storage): Promise<void> {
  const drift = await findCampusDrift(storage.longRunning ?? storage.db)
  if (drift.length === 0) return
  await retryWhileBusy(() =>
    storage.write(async (tx) => {
      addToCampusDays(
        tx,
        drift.map(({ day, seconds }) => ({ day, seconds: -seconds })),
      )
    }),
  )
}

async function repairCounters(storage: Storage, boards: BoardTotals, signal: AbortSignal | undefined): Promise<void> {
  for await (const { areCorrect, repair } of boards.checkCounters?.(storage.longRunning ?? storage.db) ?? []) {
    if (!areCorrect) await retryWhileBusy(() => storage.write(async (tx) => repair(tx)))
    await new Promise(setImmediate)
    signal?.throwIfAborted()
  }
}

/** Retries while another process holds the write lock. */
async function retryWhileBusy<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error)) throw error
      await setTimeout(retryPauseMs)
    }
  }
}
