import { type Kysely, sql } from 'kysely'
import type { DatabaseKind } from '../storage.ts'

/**
 * Adds the daily totals. No total is computed here: an account's first write or first read computes it, and otherwise a
 * background job.
 */
export async function up(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  const days = db.schema
    .createTable('study_days')
    // The foreign key is checked when a day's row is added, not when it changes. Older releases, which may run beside
    // this one, remove accounts without knowing of this table.
    .addColumn('account_id', 'bigint', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('day', 'integer', (column) => column.notNull())
    .addColumn('seconds', 'integer', (column) => column.notNull())
    .addColumn('seen_seconds', 'integer', (column) => column.notNull())
    .addColumn('hours', 'text', (column) => column.notNull())
    .addColumn('subjects', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('study_days_pkey', ['account_id', 'day'])
  await (kind === 'sqlite' ? days.modifyEnd(sql`without rowid`) : days).execute()
  await db.schema
    .createTable('campus_days')
    .addColumn('day', 'integer', (column) => column.notNull())
    .addColumn('slot', 'integer', (column) => column.notNull())
    .addColumn('seconds', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('campus_days_pkey', ['day', 'slot'])
    .execute()
  await db.schema.alterTable('accounts').addColumn('totals_version', 'bigint').execute()
  await db.schema.alterTable('accounts').addColumn('totals_basis', 'text').execute()
  await db.schema
    .alterTable('accounts')
    .addColumn('totals_shared', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
