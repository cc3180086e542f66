import type { Kysely } from 'kysely'

/** With the ends in the index, a page of one student's records is read from the index alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('studies_by_account').execute()
  await db.schema
    .createIndex('studies_by_account')
    .on('studies')
    .columns(['account_id', 'started_at', 'id', 'ended_at', 'end_cause'])
    .execute()
}
