import type { Kysely } from 'kysely'

/** Adds a bound for the ends of an account's records. Its next write that needs the bound computes it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('accounts').addColumn('latest_end', 'bigint').execute()
  await db.schema.alterTable('accounts').addColumn('latest_end_version', 'bigint').execute()
}
