import type { Kysely } from 'kysely'

/**
 * Moves the version of a write from the change log into the record's row, and into the index that a write changes
 * anyway. No row is rewritten: `study_changes` keeps its entries, and from now on gets removed records only.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('studies')
    .addColumn('version', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema.dropIndex('studies_by_account').execute()
  await db.schema
    .createIndex('studies_by_account')
    .on('studies')
    .columns(['account_id', 'started_at', 'id', 'ended_at', 'end_cause', 'version'])
    .execute()
  await db.schema.createIndex('study_changes_by_age').on('study_changes').column('changed_at').execute()
}
