import { sql } from 'kysely'
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
 * All writes that wait go into one transaction, each in a savepoint of its own, and are answered only after the commit: many writers
 * share one flush to disk. A failed write undoes only itself; a failed commit fails all of its group.
 * `connection` has one connection, and nobody else. `onCommit` is called before the writes are answered.
 */
export function createGroupedWriter(connection: Db, onCommit: () => void) {
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
    while (waiting.length > 0) await commitGroup(connection, waiting.splice(0, largestGroup), onCommit)
    // In the same breath as the last look at `waiting`: a write that came in between would wait for ever.
    running = undefined
  }

  return { write, idle: async () => running }
}

async function commitGroup(tx: Db, group: Job[], onCommit: () => void): Promise<void> {
  const outcomes: PromiseSettledResult<unknown>[] = []
  try {
    await begin.all(tx, {})
    try {
      for (const job of group) outcomes.push(await runInSavepoint(tx, job))
      await commit.all(tx, {})
    } catch (error) {
      await undo(tx)
      throw error
    }
  } catch (reason) {
    for (const job of group) job.settle({ status: 'rejected', reason })
    return
  }
  onCommit()
  for (const [index, job] of group.entries()) job.settle(outcomes[index] as PromiseSettledResult<unknown>)
}

/** A commit that failed may have ended the transaction by itself. */
async function undo(tx: Db): Promise<void> {
  try {
    await rollback.all(tx, {})
  } catch {}
}

async function runInSavepoint(tx: Db, job: Job): Promise<PromiseSettledResult<unknown>> {
  await savepoint.all(tx, {})
  try {
    const value = await job.run(tx)
    await release.all(tx, {})
    return { status: 'fulfilled', value }
  } catch (reason) {
    await rollbackToSavepoint.all(tx, {})
    await release.all(tx, {})
    return { status: 'rejected', reason }
  }
}
