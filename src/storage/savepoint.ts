import { sql } from 'kysely'
import { inPart } from './before-commit.ts'
import { DatabaseUnavailableError } from './database-unavailable.ts'
import { isSqlite, statement } from './statement.ts'
import type { Db } from './storage.ts'

const savepoint = statement((db) => sql`savepoint part`.compile(db))
const release = statement((db) => sql`release savepoint part`.compile(db))
const renewal = statement((db) => sql`release savepoint part; savepoint part`.compile(db))
const rollbackToSavepoint = statement((db) => sql`rollback to savepoint part`.compile(db))

/**
 * Runs parts of a write one after another. If one throws, only its own writes and deferred items are undone, and the
 * transaction continues. Each part costs one round trip to PostgreSQL.
 */
export function openParts(tx: Db) {
  let state: 'none' | 'fresh' | 'used' = 'none'

  /** @throws whatever `work` throws */
  async function run<T>(work: () => Promise<T>): Promise<T> {
    await renew()
    try {
      const value = await inPart(tx, work)
      state = 'used'
      return value
    } catch (reason) {
      // The transaction itself may have ended.
      if (!(reason instanceof DatabaseUnavailableError)) await rollbackToSavepoint.all(tx, {})
      throw reason
    }
  }

  /** A savepoint still exists after a rollback to it. */
  async function renew(): Promise<void> {
    if (state === 'none') await savepoint.all(tx, {})
    else if (state === 'used') await (isSqlite(tx) ? renewInTwo() : renewal.all(tx, {}))
    state = 'fresh'
  }

  /** SQLite prepares one statement at a time. */
  async function renewInTwo(): Promise<void> {
    await release.all(tx, {})
    await savepoint.all(tx, {})
  }

  return { run }
}
