import { type Kysely, sql } from 'kysely'
import type { DatabaseKind } from '../storage.ts'

/**
 * Adds the fields that only a record's owner sees, the change log for a second device, and the hidden accounts. Every
 * new column is nullable or has a constant default, so no row is rewritten.
 */
export async function up(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await addStudyColumns(db)
  await addAccountColumns(db)
  // No foreign key to accounts: every write would have to check it.
  const changes = db.schema
    .createTable('study_changes')
    .addColumn('account_id', 'bigint', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('study_id', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('study_changes_pkey', ['account_id', 'version'])
  await (kind === 'sqlite' ? changes.modifyEnd(sql`without rowid`) : changes).execute()
  await db.schema
    .createTable('hidden_accounts')
    // On SQLite, `integer primary key` is the row id, which is the fastest to look up.
    .addColumn('account_id', kind === 'sqlite' ? 'integer' : 'bigint', (column) =>
      column.primaryKey().references('accounts.id').onDelete('cascade'),
    )
    .execute()
}

async function addStudyColumns(db: Kysely<unknown>): Promise<void> {
  const columns = [
    ...([
      ['subject', 'text'],
      ['note', 'text'],
    ] as const),
    ...([
      ['heartbeat_at', 'bigint'],
      ['seen_from', 'bigint'],
      ['seen_to', 'bigint'],
    ] as const),
  ]
  for (const [name, type] of columns) await db.schema.alterTable('studies').addColumn(name, type).execute()
  // The partial index contains none of the existing rows, so creating it costs one scan of the table.
  await db.schema
    .createIndex('studies_running_by_heartbeat')
    .on('studies')
    .column('heartbeat_at')
    .where(sql<boolean>`ended_at is null and heartbeat_at is not null`)
    .execute()
}

async function addAccountColumns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('accounts')
    .addColumn('visibility', 'text', (column) => column.notNull().defaultTo('everyone'))
    .execute()
  await db.schema.alterTable('accounts').addColumn('daily_goal_minutes', 'integer').execute()
}
