import { sql } from 'kysely'
import type { DatabaseSetting } from '../../config/setting.ts'
import { migrate } from '../../storage/migrate.ts'
import { openAlone } from '../../storage/open-migrated.ts'
import { openPostgres } from '../../storage/postgres/postgres.ts'
import type { Storage } from '../../storage/storage.ts'

/**
 * Opens the target and migrates it to this version. A SQLite file is locked exclusively until it is closed.
 * @throws DatabaseInUseError, NewerDatabaseError
 */
export async function openTarget(database: DatabaseSetting): Promise<Storage> {
  const target =
    database.kind === 'sqlite'
      ? await openAlone(database.path)
      : openPostgres({ url: database.url, connections: 2, longRunning: true })
  try {
    await migrate(target)
    return target
  } catch (error) {
    await target.close()
    throw error
  }
}

/** Without fresh statistics PostgreSQL would plan its first queries for empty tables. */
export async function tidy(target: Storage): Promise<void> {
  if (target.kind === 'postgres') await sql`analyze`.execute(target.db)
}
