import { type Kysely, sql } from 'kysely'
import type { DatabaseKind } from '../storage.ts'

/** Adds the answers to items of batches, and how much of its change log an account still has. No existing row is rewritten. */
export async function up(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await db.schema
    .alterTable('accounts')
    .addColumn('changes_forgotten_to', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  const keys = db.schema
    .createTable('study_batch_keys')
    .addColumn('account_id', 'bigint', (column) => column.notNull().references('accounts.id').onDelete('cascade'))
    // Sorted by bytes on both databases, so that a copy between them walks the primary key.
    .addColumn('key', kind === 'sqlite' ? 'text' : sql`text collate "C"`, (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('study_id', 'bigint')
    .addColumn('answer', 'text')
    .addColumn('answered_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('study_batch_keys_pkey', ['account_id', 'key'])
  await (kind === 'sqlite' ? keys.modifyEnd(sql`without rowid`) : keys).execute()
  await db.schema.createIndex('study_batch_keys_by_age').on('study_batch_keys').column('answered_at').execute()
}
