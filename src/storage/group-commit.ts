import { setImmediate, setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { openCommit } from './before-commit.ts'
import { DatabaseUnavailableError, isBusy } from './database-unavailable.ts'
import { statement } from './statement.ts'
import type { Db } from './storage.ts'

interface Job {
  run(tx: Db): Promise<unknown>
  settle(outcome: Outcome): void
  /** Time of `performance.now()`. */
  queuedAt: number
  repeated: boolean
}

type Outcome = PromiseSettledResult<unknown>

export interface GroupCommitOptions {
  /** A single connection without other users, whose busy timeout is 0. */
  connection: Db
  /** Ends this process's read snapshot, which would hide the commit and keep a checkpoint from finishing. */
  endSnapshot(): void
  /** Whether no other process waits for the lock: a group may then take as long as it will. */
  alone?: boolean | undefined
  /** Called when a group could not be written. */
  onUnavailable(error: DatabaseUnavailableError): void
}

const maxGroupSize = 256
/** A group that has run this long begins no further write: one may be a batch of hundreds of records. */
const maxGroupMs = 100
/** Leaves enough time to respond to a request within three seconds. */
const lockTimeoutMs = 2500
const maxPauseMs = 20
/** Minimum interval: a checkpoint that fails on a full disk copies a lot of data in vain. */
const checkpointEveryMs = 1000

const begin = statement((db) => sql`begin immediate`.compile(db))
const commit = statement((db) => sql`commit`.compile(db))
const rollback = statement((db) => sql`rollback`.compile(db))
const savepoint = statement((db) => sql`savepoint job`.compile(db))
const release = statement((db) => sql`release job`.compile(db))
const rollbackToSavepoint = statement((db) => sql`rollback to job`.compile(db))

/**
 * Writes all waiting jobs in one transaction and resolves them after its commit, so that many writers share one flush
 * to disk. A failed write rolls back only itself; a failed commit fails its whole group. While another process holds
 * the write lock, the event loop keeps running; a write that has waited `lockTimeoutMs` for the lock fails. A group
 * that finds the disk full is retried once after a checkpoint.
 */
export function createGroupCommit({ connection, endSnapshot, alone, onUnavailable }: GroupCommitOptions) {
  const longestMs = alone ? Number.POSITIVE_INFINITY : maxGroupMs
  const waiting: Job[] = []
  let running: Promise<void> | undefined
  let nextCheckpoint = 0

  function write<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.push({
        run: work,
        settle: (outcome) => (outcome.status === 'fulfilled' ? resolve(outcome.value as T) : reject(outcome.reason)),
        queuedAt: performance.now(),
        repeated: false,
      })
      running ??= drain()
    })
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // One turn of the event loop lets requests that arrived together join the group, and lets another process take the lock.
      await setImmediate()
      if (await lock()) await commitGroup(waiting.splice(0, maxGroupSize))
    }
    // Runs synchronously after the last check of `waiting`: a write queued in between would wait forever.
    running = undefined
  }

  /** Begins a transaction. Returns false when no waiting write is left. */
  async function lock(): Promise<boolean> {
    for (let attempt = 0; waiting.length > 0; attempt++) {
      try {
        await begin.all(connection, {})
        return true
      } catch (reason) {
        failWaiting(reason, isBusy(reason) ? performance.now() - lockTimeoutMs : Number.POSITIVE_INFINITY)
      }
      await pause(attempt)
    }
    return false
  }

  function failWaiting(reason: unknown, queuedBefore: number): void {
    const kept = waiting.findIndex(({ queuedAt }) => queuedAt > queuedBefore)
    fail(waiting.splice(0, kept < 0 ? waiting.length : kept), reason)
  }

  function fail(jobs: Job[], reason: unknown): void {
    if (jobs.length > 0 && reason instanceof DatabaseUnavailableError) onUnavailable(reason)
    for (const job of jobs) job.settle({ status: 'rejected', reason })
  }

  async function commitGroup(group: Job[]): Promise<void> {
    try {
      const outcomes = await runGroup(connection, group, longestMs)
      endSnapshot()
      waiting.unshift(...group.splice(outcomes.length))
      for (const [index, job] of group.entries()) job.settle(outcomes[index] as Outcome)
    } catch (reason) {
      const full = reason instanceof DatabaseUnavailableError && reason.reason === 'full'
      const repeat = full && (await makeRoom()) ? group.filter(({ repeated }) => !repeated) : []
      fail(
        group.filter((job) => !repeat.includes(job)),
        reason,
      )
      for (const job of repeat) job.repeated = true
      waiting.unshift(...repeat)
    }
  }

  /** Copies the write-ahead log into the database file and truncates it: on a small disk, the log may be what takes all the space. */
  async function makeRoom(): Promise<boolean> {
    if (performance.now() < nextCheckpoint) return false
    nextCheckpoint = performance.now() + checkpointEveryMs
    endSnapshot()
    try {
      await sql`pragma wal_checkpoint(truncate)`.execute(connection)
      return true
    } catch {
      return false
    }
  }

  return { write, idle: async () => running }
}

/**
 * The first pauses are short, because another serving process holds the lock only for one flush to disk. Pauses are
 * random, so that no process is always late.
 */
function pause(attempt: number): Promise<void> {
  return setTimeout(Math.min(2 ** attempt, maxPauseMs) * (0.5 + Math.random() / 2))
}

/**
 * Runs the jobs in the open transaction and commits it. Returns the outcomes of those it ran, the first ones. Rolls the
 * transaction back before it throws.
 */
async function runGroup(tx: Db, group: Job[], longestMs: number): Promise<Outcome[]> {
  const atEnd = openCommit(tx)
  const outcomes: Outcome[] = []
  try {
    // A single write that fails rolls back the whole transaction, so it needs no savepoint. A savepoint would take a
    // tenth of the cost of a study start.
    const run = group.length === 1 ? runAlone : runInSavepoint
    const begun = performance.now()
    for (const job of group) {
      if (outcomes.length > 0 && performance.now() - begun > longestMs) break
      outcomes.push(await run(tx, () => atEnd.run(job.run)))
    }
    await atEnd.finish()
    await commit.all(tx, {})
  } catch (error) {
    await undo(tx)
    throw error
  }
  atEnd.announce()
  return outcomes
}

/** A failed commit may have ended the transaction already; the rollback then fails. */
async function undo(tx: Db): Promise<void> {
  try {
    await rollback.all(tx, {})
  } catch {}
}

type Run = () => Promise<unknown>

async function runAlone(_tx: Db, run: Run): Promise<Outcome> {
  return { status: 'fulfilled', value: await run() }
}

async function runInSavepoint(tx: Db, run: Run): Promise<Outcome> {
  await savepoint.all(tx, {})
  try {
    const value = await run()
    await release.all(tx, {})
    return { status: 'fulfilled', value }
  } catch (reason) {
    // SQLite may have rolled back the transaction, and the whole group with it.
    if (reason instanceof DatabaseUnavailableError) throw reason
    await rollbackToSavepoint.all(tx, {})
    await release.all(tx, {})
    return { status: 'rejected', reason }
  }
}
