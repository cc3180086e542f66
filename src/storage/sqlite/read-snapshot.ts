import type { SqliteDatabase } from 'kysely'

/**
 * Runs reads in one shared read transaction, because taking SQLite's read lock costs many times as much as a small
 * read. A request still sees everything that any process acknowledged before it arrived. A snapshot therefore ends
 * before the next event is processed, or, for requests that arrived together, before the next ones are read from their
 * sockets. It also ends when this process commits.
 */
export function createReadSnapshot(database: SqliteDatabase) {
  const begin = database.prepare('begin')
  const commit = database.prepare('commit')
  let open = false

  function end(): void {
    if (!open) return
    open = false
    commit.run([])
  }

  function enter(schedule: (end: () => void) => void): void {
    if (open) return
    begin.run([])
    open = true
    schedule(end)
  }

  return {
    end,

    /** Called before each read. Reads that result from the same event share a snapshot. */
    enter: () => enter(afterThisEvent),

    /** For requests that arrived together. Must be called only while they are being read from their sockets. */
    enterTogether: () => enter(setImmediate),
  }
}

/** A tick scheduled from a promise job runs after all pending promise jobs and before the next event. */
function afterThisEvent(end: () => void): void {
  Promise.resolve().then(() => process.nextTick(end))
}
