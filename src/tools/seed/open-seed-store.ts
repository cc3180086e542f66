import type { Config } from '../../config/config.ts'
import { migrate } from '../../storage/migrate.ts'
import { openPostgres } from '../../storage/postgres/postgres.ts'
import { type DatabaseLock, lockExclusive } from '../../storage/sqlite/database-lock.ts'
import { openSqlite } from '../../storage/sqlite/sqlite.ts'
import { postgresStore } from './postgres.store.ts'
import type { SeedStore } from './seed.store.ts'
import { sqliteStore } from './sqlite.store.ts'

/**
 * Opens the database and migrates it to this version. A SQLite file is locked exclusively until the store is closed: the plan
 * assigns the ids, and a running service would assign the same ones. @throws DatabaseInUseError
 */
export async function openSeedStore(database: Config['database']): Promise<SeedStore> {
  if (database.kind === 'postgres') return openPostgresStore(database.url)
  const lock = await lockExclusive(database.path)
  try {
    return await openFileStore(database.path, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openFileStore(path: string, lock: DatabaseLock): Promise<SeedStore> {
  const storage = openSqlite(path)
  try {
    await migrate(storage)
  } finally {
    await storage.close()
  }
  const store = sqliteStore(path)
  return { ...store, close: () => store.close().finally(lock.release) }
}

async function openPostgresStore(url: string): Promise<SeedStore> {
  const storage = openPostgres({ url, longRunning: true })
  try {
    await migrate(storage)
    return postgresStore(storage)
  } catch (error) {
    await storage.close()
    throw error
  }
}
