import type { Kysely } from 'kysely'

/** A cached page of one student's records stays valid as long as this number does not change. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('accounts')
    .addColumn('study_version', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
}
