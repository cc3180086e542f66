import { sql } from 'kysely'
import type { DatabaseSetting } from '../../config/setting.ts'
import { migrate } from '../../storage/migrate.ts'
import { openAlone } from '../../storage/open-migrated.ts'
import { openPostgres } from '../../storage/postgres/postgres.ts'
import type { Storage } from '../../storage/storage.ts'

/** The target with the schema of this version. A file is kept from everybody else until it is closed. @throws DatabaseInUseError, NewerDatabaseError */
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

/** Without fresh figures PostgreSQL would plan its first queries for empty tables; SQLite's log has grown with the copy. */
export async function tidy(target: Storage): Promise<void> {
  if (target.kind === 'postgres') await sql`analyze`.execute(target.db)
}
