import { sql } from 'kysely'
import { DomainError } from '../shared/errors.ts'
import { openCommit } from './at-commit.ts'
import { statement } from './statement.ts'
import type { Db } from './storage.ts'

interface Job {
  run(tx: Db): Promise<unknown>
  settle(outcome: PromiseSettledResult<unknown>): void
}

const largestGroup = 256

const begin = statement((db) => sql`begin immediate`.compile(db))
const commit = statement((db) => sql`commit`.compile(db))
const rollback = statement((db) => sql`rollback`.compile(db))
const savepoint = statement((db) => sql`savepoint job`.compile(db))
const release = statement((db) => sql`release job`.compile(db))
const rollbackToSavepoint = statement((db) => sql`rollback to job`.compile(db))

/**
 * All writes that wait go into one transaction, and are answered only after the commit: many writers share one flush to disk. A failed
 * write undoes only itself; a failed commit fails all of its group. A write may be run again, where another one of its group failed.
 * `connection` has one connection, and nobody else. `countWrites` tells how many statements it has had that were no reads. `onCommit` is
 * called before the writes are answered.
 */
export function createGroupedWriter(connection: Db, countWrites: () => number, onCommit: () => void) {
  const waiting: Job[] = []
  let running: Promise<void> | undefined

  function write<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.push({
        run: work,
        settle: (outcome) => (outcome.status === 'fulfilled' ? resolve(outcome.value as T) : reject(outcome.reason)),
      })
      running ??= drain()
    })
  }

  async function drain(): Promise<void> {
    // One turn of the event loop lets requests that have arrived together join the group.
    await new Promise(setImmediate)
    while (waiting.length > 0) await commitGroup(waiting.splice(0, largestGroup))
    // In the same breath as the last look at `waiting`: a write that came in between would wait for ever.
    running = undefined
  }

  async function commitGroup(group: Job[]): Promise<void> {
    let outcomes: Outcome[]
    try {
      outcomes = await inTransaction(connection, group, (job) => runTogether(job, countWrites)).catch((reason) => {
        if (reason !== halfWritten) throw reason
        return inTransaction(connection, group, (job) => runInSavepoint(connection, job))
      })
    } catch (reason) {
      for (const job of group) job.settle({ status: 'rejected', reason })
      return
    }
    onCommit()
    for (const [index, job] of group.entries()) job.settle(outcomes[index] as Outcome)
  }

  return { write, idle: async () => running }
}

type Outcome = PromiseSettledResult<unknown>
type Run = () => Promise<unknown>

async function inTransaction(tx: Db, group: Job[], attempt: (run: Run) => Promise<Outcome>): Promise<Outcome[]> {
  await begin.all(tx, {})
  try {
    const atEnd = openCommit(tx)
    const outcomes: Outcome[] = []
    for (const job of group) outcomes.push(await attempt(() => atEnd.run(job.run)))
    await atEnd.finish()
    await commit.all(tx, {})
    return outcomes
  } catch (error) {
    await undo(tx)
    throw error
  }
}

/** A commit that failed may have ended the transaction by itself. */
async function undo(tx: Db): Promise<void> {
  try {
    await rollback.all(tx, {})
  } catch {}
}

/** Of a group with a write that failed halfway: it takes savepoints to undo that one alone. They cost a sixth of most writes. */
const halfWritten = new Error('a write failed halfway')

/** Most that fail find out before they write anything. */
async function runTogether(run: Run, countWrites: () => number): Promise<Outcome> {
  const before = countWrites()
  try {
    return { status: 'fulfilled', value: await run() }
  } catch (reason) {
    if (!(reason instanceof DomainError) || countWrites() !== before) throw halfWritten
    return { status: 'rejected', reason }
  }
}

async function runInSavepoint(tx: Db, run: Run): Promise<Outcome> {
  await savepoint.all(tx, {})
  try {
    const value = await run()
    await release.all(tx, {})
    return { status: 'fulfilled', value }
  } catch (reason) {
    await rollbackToSavepoint.all(tx, {})
    await release.all(tx, {})
    return { status: 'rejected', reason }
  }
}
