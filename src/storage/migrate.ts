import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import * as foundation from './migrations/2026-11-24-foundation.ts'
import * as pagesFromTheIndex from './migrations/2026-11-25-pages-from-the-index.ts'
import * as studyVersion from './migrations/2026-11-25-study-version.ts'
import * as waitingRoom from './migrations/2026-11-26-waiting-room.ts'
import * as ownRecords from './migrations/2026-11-27-own-records.ts'
import * as batchAndChanges from './migrations/2026-11-28-batch-and-changes.ts'
import * as idempotencyKeys from './migrations/2026-11-28-idempotency-keys.ts'
import * as leaderboards from './migrations/2026-11-28-leaderboards.ts'
import * as sessions from './migrations/2026-11-28-sessions.ts'
import * as statistics from './migrations/2026-11-28-statistics.ts'
import * as recordVersions from './migrations/2026-11-29-record-versions.ts'
import * as latestEnd from './migrations/2026-11-30-latest-end.ts'
import { withLongBusyTimeout } from './sqlite/sqlite-database.ts'
import type { DatabaseKind, Db, Storage } from './storage.ts'

interface Step {
  up(db: Kysely<unknown>, kind: DatabaseKind): Promise<void>
}

/** In order of their names, and frozen once merged: a change is a new step at the end. */
const steps: Record<string, Step> = {
  '2026-11-24-foundation': foundation,
  '2026-11-25-pages-from-the-index': pagesFromTheIndex,
  '2026-11-25-study-version': studyVersion,
  '2026-11-26-waiting-room': waitingRoom,
  '2026-11-27-own-records': ownRecords,
  '2026-11-28-batch-and-changes': batchAndChanges,
  '2026-11-28-idempotency-keys': idempotencyKeys,
  '2026-11-28-leaderboards': leaderboards,
  '2026-11-28-sessions': sessions,
  '2026-11-28-statistics': statistics,
  '2026-11-29-record-versions': recordVersions,
  '2026-11-30-latest-end': latestEnd,
}

export const stepNames = Object.keys(steps)

/** The database was migrated by a version that has more steps than this one. */
export class NewerDatabaseError extends Error {
  override name = 'NewerDatabaseError'
}

/** Compares the schema with this version's, without changing anything. @throws NewerDatabaseError */
export async function schemaAge(db: Db): Promise<'current' | 'older'> {
  const done = await doneSteps(db)
  refuseNewer(done)
  return done.length === stepNames.length ? 'current' : 'older'
}

/** Migrates the schema to this version and returns the names of the steps it ran. */
export async function migrate(storage: Storage): Promise<string[]> {
  const migrations = Object.fromEntries(
    Object.entries(steps).map(([name, step]): [string, Migration] => [name, { up: (to) => step.up(to, storage.kind) }]),
  )
  refuseNewer(await doneSteps(storage.db))
  return locked(storage, async (db) => {
    const migrator = new Migrator({ db: db as Kysely<unknown>, provider: { getMigrations: async () => migrations } })
    const { error, results = [] } = await migrator.migrateToLatest()
    if (error !== undefined) throw error
    return results.map((result) => result.migrationName)
  })
}

/** The lock number that Kysely uses, so that older versions, which relied on Kysely's lock, are excluded too. */
const migrationLock = 3_853_314_791_062_309_107n

/** On PostgreSQL, the lock ends with the transaction. A session lock would outlive it behind a pooler and block the next start. */
async function locked<T>({ kind, db, longRunning = db }: Storage, work: (db: Db) => Promise<T>): Promise<T> {
  if (kind === 'sqlite') return withLongBusyTimeout(db, () => work(db))
  return longRunning.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(tx)
    return work(tx)
  })
}

async function doneSteps(db: Db): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return []
  const done = await (db as Kysely<unknown> as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  return done.map(({ name }) => name)
}

/** @throws NewerDatabaseError if `done` names a migration that this version does not know */
export function refuseNewer(done: string[]): void {
  const foreign = done.find((name) => !(name in steps))
  if (foreign !== undefined)
    throw new NewerDatabaseError(`it has the step ${foreign}, which this version does not know`)
}
