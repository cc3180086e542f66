import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'

const pragmas = [
  'busy_timeout = 5000',
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'cache_size = -16384',
  'journal_size_limit = 67108864',
]

/** node:sqlite behind the small interface that Kysely's SQLite dialect wants, with every statement kept. */
export function openSqliteDatabase(path: string): SqliteDatabase {
  const database = new DatabaseSync(path)
  for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`)
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      const statement = adapt(database.prepare(sql))
      // Schema statements are run once; keeping them would hold locks on what they change.
      if (/^\s*(select|insert|update|delete|with)\b/i.test(sql)) kept.set(sql, statement)
      return statement
    },
  }
}

function adapt(statement: StatementSync): SqliteStatement {
  const bind = (parameters: readonly unknown[]): SQLInputValue[] => parameters.map(toSqlite)
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bind(parameters)),
    run: (parameters) => statement.run(...bind(parameters)),
    iterate: (parameters) => statement.iterate(...bind(parameters)),
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

export class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new LockingSqliteAdapter()
  }
}
