import type { Kysely } from 'kysely'

/** A page of one student's records that was made before is still right while this number stays. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('accounts')
    .addColumn('study_version', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
}
