import { sql } from 'kysely'
import { inPart } from './before-commit.ts'
import { DatabaseUnavailableError } from './database-unavailable.ts'
import { statement } from './statement.ts'
import type { Db } from './storage.ts'

const savepoint = statement((db) => sql`savepoint part`.compile(db))
const release = statement((db) => sql`release savepoint part`.compile(db))
const rollbackToSavepoint = statement((db) => sql`rollback to savepoint part`.compile(db))

/**
 * Runs a part of a write that may fail alone: if `work` throws, only what it wrote and what it left for the commit is
 * undone, and the transaction goes on.
 * @throws whatever `work` throws
 */
export async function inSavepoint<T>(tx: Db, work: () => Promise<T>): Promise<T> {
  await savepoint.all(tx, {})
  try {
    const value = await inPart(tx, work)
    await release.all(tx, {})
    return value
  } catch (reason) {
    // The transaction itself may be gone.
    if (reason instanceof DatabaseUnavailableError) throw reason
    await rollbackToSavepoint.all(tx, {})
    await release.all(tx, {})
    throw reason
  }
}
