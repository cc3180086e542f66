import type { SqliteDatabase } from 'kysely'

/**
 * Reads that see one state of the database together: taking SQLite's read lock costs many times what a small read does.
 * Whatever was acknowledged before a request came, by any process, is seen by it: a snapshot ends before the next event is looked
 * at, or, for requests that came in together, before the next ones are taken from their sockets; and when this process commits.
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

    /** Before each read: for what follows from one event. */
    enter: () => enter(afterThisEvent),

    /** For requests that came in together; to be called only while they are being taken from their sockets. */
    enterTogether: () => enter(setImmediate),
  }
}

/** A tick that is asked for among the promises' jobs comes when all of these are done, and before the next event. */
function afterThisEvent(end: () => void): void {
  Promise.resolve().then(() => process.nextTick(end))
}
