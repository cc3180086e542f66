import type { Config } from '../config.ts'
import { migrate } from '../storage/migrate.ts'
import { openPostgres } from '../storage/postgres.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { postgresStore } from './postgres.store.ts'
import type { SeedStore } from './seed.store.ts'
import { sqliteStore } from './sqlite.store.ts'

/** Opens the database and brings its schema up to this version. */
export async function openSeedStore(database: Config['database']): Promise<SeedStore> {
  const storage =
    database.kind === 'sqlite' ? openSqlite(database.path) : openPostgres({ url: database.url, longRunning: true })
  try {
    await migrate(storage)
    if (database.kind === 'postgres') return postgresStore(storage)
  } catch (error) {
    await storage.close()
    throw error
  }
  await storage.close()
  return sqliteStore(database.path)
}
