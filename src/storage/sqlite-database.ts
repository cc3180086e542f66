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
} from 'kysely'
import { isUnreachable } from './constraint-errors.ts'

const pragmas = [
  'temp_store = MEMORY',
  'synchronous = FULL',
  'foreign_keys = ON',
  'cache_size = -16384',
  'journal_size_limit = 67108864',
  // Pages that are written again and again are carried over once: a sixth more starts, none of them waits much longer.
  'wal_autocheckpoint = 4000',
]

/** How long to wait for another process, in milliseconds. */
const patience = 5000
/** Where somebody who has the file open has it for good. */
const shortPatience = 500

/**
 * node:sqlite behind the small interface that Kysely's SQLite dialect wants, with every statement kept.
 * `exclusive` keeps everybody else out until it is closed, and fails (SQLITE_BUSY) where somebody has the file open.
 */
export function openSqliteDatabase(path: string, { exclusive = false } = {}): SqliteDatabase {
  const database = new DatabaseSync(path)
  try {
    prepare(database, exclusive)
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
      const statement = adapt(database.prepare(sql))
      // Schema statements are run once; keeping them would hold locks on what they change.
      if (/^\s*(select|insert|update|delete|with|begin|commit|rollback|savepoint|release)\b/i.test(sql))
        kept.set(sql, statement)
      return statement
    },
  }
}

function prepare(database: DatabaseSync, exclusive: boolean): void {
  const wait = exclusive ? shortPatience : patience
  database.exec(`PRAGMA busy_timeout = ${wait}`)
  // Before the file is first read: only then does SQLite ask for the whole file in WAL mode.
  if (exclusive) database.exec('PRAGMA locking_mode = EXCLUSIVE')
  enterWal(database, wait)
  for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`)
}

/** Two processes may make one file at once, and SQLite does not wait for the other one here. */
function enterWal(database: DatabaseSync, wait: number): void {
  for (const begun = performance.now(); ; ) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isUnreachable(error) || performance.now() - begun > wait) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

type Row = Record<string, unknown>

function adapt(statement: StatementSync): SqliteStatement {
  const bind = (parameters: readonly unknown[]): SQLInputValue[] => parameters.map(toSqlite)
  const columns = statement.columns().map(({ name }) => name)
  // Rows as node:sqlite makes objects of them take twice the time.
  statement.setReturnArrays(true)
  const toRow = (values: unknown): Row => {
    const row: Row = {}
    for (let index = 0; index < columns.length; index++) row[columns[index] ?? ''] = (values as unknown[])[index]
    return row
  }
  return {
    reader: columns.length > 0,
    all: (parameters) => statement.all(...bind(parameters)).map(toRow),
    run: (parameters) => statement.run(...bind(parameters)),
    iterate: (parameters) => statement.iterate(...bind(parameters)).map(toRow),
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === undefined) return null
  return value as SQLInputValue
}

/** SQLite can roll schema changes back, and two processes may start at once: migrations run under its write lock. */
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

/** A transaction that begins by reading cannot write once another process has written since. */
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
