import { existsSync } from 'node:fs'
import { Kysely, sql } from 'kysely'
import type { DatabaseSetting } from '../../config/setting.ts'
import { isBusy } from '../../storage/database-unavailable.ts'
import { schemaAge } from '../../storage/migrate.ts'
import { openPostgres } from '../../storage/postgres/postgres.ts'
import { findSetting, unfinishedCopy } from '../../storage/settings.repository.ts'
import { lockExclusive } from '../../storage/sqlite/database-lock.ts'
import { NodeSqliteDialect, openSqliteDatabase } from '../../storage/sqlite/sqlite-database.ts'
import type { Tables } from '../../storage/tables.ts'
import { copiedTables } from './copied-table.ts'
import { CopyRefusedError } from './copy-state.ts'
import type { Database } from './rows.ts'

const lockNotAvailable = '55P03'

export interface CopySource extends Database {
  close(): Promise<void>
}

/**
 * Opens the source for reading. Nothing is changed, and no other process can write to it until it is closed.
 * @throws CopyRefusedError, DatabaseInUseError, NewerDatabaseError
 */
export async function openSource(database: DatabaseSetting): Promise<CopySource> {
  const source = database.kind === 'sqlite' ? await holdFile(database.path) : await holdTables(database.url)
  try {
    if ((await schemaAge(source.db)) === 'older')
      throw new CopyRefusedError(
        'the source is of an older version: run `occupy migrate` with it as DATABASE_URL first',
      )
    if ((await findSetting(source.db, unfinishedCopy)) !== undefined)
      throw new CopyRefusedError('the source is an unfinished copy itself')
    if (source.kind === 'postgres') await lockTables(source)
    return source
  } catch (error) {
    await source.close()
    throw error
  }
}

/** The lock excludes services. Exclusive mode excludes every other program that opens the file. */
async function holdFile(path: string): Promise<CopySource> {
  if (!existsSync(path)) throw new CopyRefusedError(`the source ${path} does not exist`)
  const lock = await lockExclusive(path)
  try {
    const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(openSqliteDatabase(path, { exclusive: true })) })
    return { kind: 'sqlite', db, close: () => db.destroy().finally(lock.release) }
  } catch (error) {
    lock.release()
    if (isBusy(error)) throw inUse('a process has the file open')
    throw error
  }
}

/** One transaction holds the locks and does all reads. */
async function holdTables(url: string): Promise<CopySource> {
  const storage = openPostgres({ url, connections: 1, longRunning: true })
  try {
    const db = await storage.db.startTransaction().execute()
    const close = async () => {
      await db
        .rollback()
        .execute()
        .catch(() => undefined)
      await storage.close()
    }
    return { kind: 'postgres', db, close }
  } catch (error) {
    await storage.close()
    throw error
  }
}

const inUse = (by: string) => new CopyRefusedError(`the source is in use (${by}): stop the service first`)

/** Readers are allowed. Writers wait until the copy is done. */
async function lockTables({ db }: Database): Promise<void> {
  const { rows } = await sql<{ others: number }>`select count(*) as others from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`.execute(db)
  const others = Number(rows[0]?.others ?? 0)
  if (others > 0) throw inUse(`other connections: ${others}`)
  const tables = copiedTables.map(({ name }) => sql.table(name))
  try {
    await sql`lock table ${sql.join(tables)} in share mode nowait`.execute(db)
  } catch (error) {
    if ((error as { code?: string }).code === lockNotAvailable) throw inUse('somebody writes to it')
    throw error
  }
}
