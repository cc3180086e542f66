import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  sql,
} from 'kysely'
import { asUnavailable, isBusy } from '../database-unavailable.ts'
import type { Db } from '../storage.ts'
import { checkpointPages } from './sqlite-disk.ts'

const pragmas = [
  'temp_store = MEMORY',
  'synchronous = FULL',
  'foreign_keys = ON',
  'cache_size = -16384',
  'journal_size_limit = 67108864',
]

/** How long to wait for another process's lock before serving starts, or in a command. The wait blocks the event loop. */
const busyTimeoutMs = 5000
/** For reads while serving. They wait only while another process recovers the file after a crash. */
export const servingBusyTimeoutMs = 50
/** Short, because a process that has the file open usually keeps it open. */
const exclusiveBusyTimeoutMs = 500

/**
 * Adapts node:sqlite to the small interface that Kysely's SQLite dialect requires, and caches prepared statements.
 * `exclusive` locks out all other processes until the database is closed, and fails (reason `busy`) if another process
 * has the file open.
 * @throws DatabaseUnavailableError, here and from every statement
 */
export function openSqliteDatabase(path: string, { exclusive = false } = {}): SqliteDatabase {
  const database = translated(() => new DatabaseSync(path))
  try {
    translated(() => prepare(database, path, exclusive))
  } catch (error) {
    database.close()
    throw error
  }
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => {
      if (database.isOpen) database.close()
    },
    prepare(sql) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      const statement = adapt(translated(() => database.prepare(sql)))
      // Schema statements run once, and caching them would hold locks on the tables that they change.
      if (/^\s*(select|insert|update|delete|with|begin|commit|rollback|savepoint|release)\b/i.test(sql))
        kept.set(sql, statement)
      return statement
    },
  }
}

/** @param timeoutMs how long each statement may block the event loop while another process holds a lock */
export function setBusyTimeout(database: SqliteDatabase, timeoutMs: number): void {
  database.prepare(`PRAGMA busy_timeout = ${timeoutMs}`).all([])
}

/** Runs `work` with the long busy timeout, for work that is done before serving starts. */
export async function withLongBusyTimeout<T>(db: Db, work: () => Promise<T>): Promise<T> {
  const set = (timeoutMs: number) => sql.raw(`PRAGMA busy_timeout = ${timeoutMs}`).execute(db)
  await set(busyTimeoutMs)
  try {
    return await work()
  } finally {
    await set(servingBusyTimeoutMs)
  }
}

function translated<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asUnavailable(error)
  }
}

function prepare(database: DatabaseSync, path: string, exclusive: boolean): void {
  const wait = exclusive ? exclusiveBusyTimeoutMs : busyTimeoutMs
  database.exec(`PRAGMA busy_timeout = ${wait}`)
  // Must precede the first read of the file: only then does SQLite lock the whole file in WAL mode.
  if (exclusive) database.exec('PRAGMA locking_mode = EXCLUSIVE')
  enterWal(database, wait)
  for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`)
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages(path)}`)
}

/** Two processes may create the same file at the same time, and SQLite does not wait for the other one here. */
function enterWal(database: DatabaseSync, wait: number): void {
  for (const begun = performance.now(); ; ) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() - begun > wait) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

type Row = Record<string, unknown>

function adapt(statement: StatementSync): SqliteStatement {
  const bind = (parameters: readonly unknown[]): SQLInputValue[] => parameters.map(toSqlite)
  const columns = statement.columns().map(({ name }) => name)
  // Row objects built by node:sqlite take twice as long.
  statement.setReturnArrays(true)
  const toRow = (values: unknown): Row => {
    const row: Row = {}
    for (let index = 0; index < columns.length; index++) row[columns[index] ?? ''] = (values as unknown[])[index]
    return row
  }
  return {
    reader: columns.length > 0,
    all: (parameters) => translated(() => statement.all(...bind(parameters))).map(toRow),
    run: (parameters) => translated(() => statement.run(...bind(parameters))),
    iterate: (parameters) => statement.iterate(...bind(parameters)).map(toRow),
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === undefined) return null
  return value as SQLInputValue
}

/**
 * SQLite can roll back schema changes, and two processes may start at the same time. Migrations therefore run under its
 * write lock.
 */
class LockingSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }

  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    await (db as Kysely<{ kysely_migration_lock: { is_locked: number } }>)
      .updateTable('kysely_migration_lock')
      .set((column) => ({ is_locked: column.ref('is_locked') }))
      .execute()
  }
}

/** A transaction that begins with a read cannot write if another process has written since. */
class LockingSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase

  constructor(database: SqliteDatabase) {
    super({ database })
    this.#database = database
  }

  override createDriver(): SqliteDriver {
    return new LockingSqliteDriver({ database: this.#database })
  }

  override createAdapter(): SqliteAdapter {
    return new LockingSqliteAdapter()
  }
}
