import { type Kysely, sql } from 'kysely'

/** What a record says to its owner, what a second device asks for, and who is hidden. Every column is nullable or has a constant: no row is written. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addStudyColumns(db)
  await addAccountColumns(db)
  await db.schema
    .createTable('removed_studies')
    .addColumn('account_id', 'bigint', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('study_id', 'bigint', (column) => column.notNull())
    .addColumn('removed_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('removed_studies_pkey', ['account_id', 'version'])
    .execute()
  await db.schema
    .createTable('hidden_accounts')
    .addColumn('account_id', 'bigint', (column) => column.primaryKey().references('accounts.id').onDelete('cascade'))
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
  await db.schema
    .alterTable('studies')
    .addColumn('version', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  // Both hold none of the rows that are there: making them is one read of the table.
  await db.schema
    .createIndex('studies_running_by_heartbeat')
    .on('studies')
    .column('heartbeat_at')
    .where(sql<boolean>`ended_at is null and heartbeat_at is not null`)
    .execute()
  await db.schema
    .createIndex('studies_by_version')
    .on('studies')
    .columns(['account_id', 'version'])
    .where(sql<boolean>`version > 0`)
    .execute()
}

async function addAccountColumns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('accounts')
    .addColumn('visibility', 'text', (column) => column.notNull().defaultTo('everyone'))
    .execute()
  await db.schema.alterTable('accounts').addColumn('daily_goal_minutes', 'integer').execute()
}
