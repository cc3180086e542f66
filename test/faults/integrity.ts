import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'

/** Asserts that SQLite finds no damage in the file, which this process must not have open. @returns the number of study records */
export function assertIntegrity(file: string): number {
  const database = new DatabaseSync(file, { timeout: 5000 })
  try {
    assert.equal(database.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok')
    return Number(database.prepare('select count(*) as count from studies').get()?.count)
  } finally {
    database.close()
  }
}
