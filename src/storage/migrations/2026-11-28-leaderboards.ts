import { type Kysely, sql } from 'kysely'
import type { DatabaseKind } from '../storage.ts'

/** The boards' rows, derived from the daily totals, and the counters of their ranks. */
export async function up(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  // No foreign key to accounts: every write would have to check it, and the counters must follow anyway.
  const totals = db.schema
    .createTable('board_totals')
    .addColumn('account_id', 'bigint', (column) => column.notNull())
    .addColumn('period', 'bigint', (column) => column.notNull())
    .addColumn('seconds', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('board_totals_pkey', ['account_id', 'period'])
  const tallies = db.schema
    .createTable('board_tallies')
    .addColumn('period', 'bigint', (column) => column.notNull())
    .addColumn('width', 'bigint', (column) => column.notNull())
    .addColumn('bucket', 'bigint', (column) => column.notNull())
    .addColumn('slot', 'integer', (column) => column.notNull())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('board_tallies_pkey', ['period', 'width', 'bucket', 'slot'])
  for (const table of [totals, tallies])
    await (kind === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table).execute()
  await db.schema
    .createIndex('board_totals_by_rank')
    .on('board_totals')
    .columns(['period', 'seconds', 'account_id'])
    .execute()
}
