import type { SqliteDatabase } from 'kysely'

/**
 * The reads that follow from one event (a request that came in, say) see one state of the database: taking SQLite's read lock costs
 * several times what a small read does. It ends before the next event is looked at, and when this process commits, so that whatever
 * was acknowledged before a request came, by any process, is seen by it.
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

  return {
    end,

    /** To be called before each read. */
    enter(): void {
      if (open) return
      begin.run([])
      open = true
      // A tick that is asked for among the promises' jobs comes when all of these are done, and before the next event.
      queueMicrotask(() => process.nextTick(end))
    },
  }
}
