import type { Kysely } from 'kysely'
import type { DatabaseKind } from '../storage.ts'

/** The students waiting for the school. The rows are worthless after half an hour. */
export async function up(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  const table = db.schema.createTable('waiting_places')
  const withId =
    kind === 'sqlite'
      ? table.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      : table.addColumn('id', 'bigint', (column) => column.primaryKey().generatedByDefaultAsIdentity())
  await withId
    .addColumn('student', 'text')
    .addColumn('address', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('waiting_places_by_student').on('waiting_places').column('student').execute()
  await db.schema.createIndex('waiting_places_by_time').on('waiting_places').columns(['state', 'until']).execute()
}
