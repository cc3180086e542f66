import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { DatabaseKind } from '../storage.ts'

type Schema = Kysely<unknown>

export async function up(db: Schema, kind: DatabaseKind): Promise<void> {
  await createAccounts(db, kind)
  await createStudies(db, kind)
  await db.schema
    .createTable('study_tallies')
    .addColumn('width', 'bigint', (column) => column.notNull())
    .addColumn('bucket', 'bigint', (column) => column.notNull())
    .addColumn('slot', 'integer', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('study_tallies_pkey', ['width', 'bucket', 'slot'])
    .execute()
  await db.schema
    .createTable('budgets')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('points', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('budgets_by_expiry').on('budgets').column('expires_at').execute()
  await db.schema
    .createTable('settings')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}

async function createAccounts(db: Schema, kind: DatabaseKind): Promise<void> {
  await idColumn(db.schema.createTable('accounts'), kind)
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('username_key', 'text', (column) => column.notNull())
    .addColumn('student_number_hash', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('credential_version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('study_count', 'bigint', (column) => column.notNull().defaultTo(0))
    .addUniqueConstraint('accounts_username_key', ['username_key'])
    .addUniqueConstraint('accounts_student_number_hash', ['student_number_hash'])
    .execute()
}

async function createStudies(db: Schema, kind: DatabaseKind): Promise<void> {
  await idColumn(db.schema.createTable('studies'), kind)
    .addColumn('account_id', 'bigint', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('end_cause', 'text')
    .addCheckConstraint('studies_end_after_start', sql`ended_at >= started_at`)
    .addCheckConstraint('studies_cause_with_end', sql`(ended_at is null) = (end_cause is null)`)
    .execute()
  await db.schema.createIndex('studies_by_start').on('studies').columns(['started_at', 'id']).execute()
  await db.schema.createIndex('studies_by_account').on('studies').columns(['account_id', 'started_at', 'id']).execute()
  const running = sql.ref<null>('ended_at')
  await db.schema
    .createIndex('studies_one_running')
    .on('studies')
    .column('account_id')
    .unique()
    .where(running, 'is', null)
    .execute()
  await db.schema
    .createIndex('studies_running_by_start')
    .on('studies')
    .columns(['started_at', 'id'])
    .where(running, 'is', null)
    .execute()
}

function idColumn(table: ReturnType<Schema['schema']['createTable']>, kind: DatabaseKind) {
  return kind === 'sqlite'
    ? table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    : table.addColumn('id', 'bigint', (column) => column.primaryKey().generatedByDefaultAsIdentity())
}
