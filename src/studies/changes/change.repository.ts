import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { isSqlite, statement } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import { toOwnStudy } from '../study.repository.ts'
import type { StudyId } from '../study.ts'
import type { Change, OldChange, VersionBounds } from './change.ts'

export async function findVersionBounds(db: Db, accountId: AccountId): Promise<VersionBounds | undefined> {
  const row = await bounds.first(db, { accountId })
  return row && { forgottenTo: row.changes_forgotten_to, version: row.study_version }
}

const bounds = statement<{ accountId: AccountId }, { study_version: number; changes_forgotten_to: number }>(
  (db, { accountId }) =>
    db.selectFrom('accounts').select(['study_version', 'changes_forgotten_to']).where('id', '=', accountId).compile(),
)

export interface ChangedStudy {
  studyId: StudyId
  /** The version of its latest change. */
  version: number
}

export interface VersionRange {
  after: number
  upTo: number
}

/**
 * Returns the first `limit` records that were written or removed in these versions, in the order of their latest
 * changes. Reads the index of all the account's records, which every write changes anyway: an index by version would
 * slow down each write. Sorting all of them would take many times as long as that, so the range is widened in steps.
 */
export async function changedWithin(
  db: Db,
  accountId: AccountId,
  { after, upTo }: VersionRange,
  limit: number,
): Promise<ChangedStudy[]> {
  const found: ChangedStudy[] = []
  for (let from = after, step = limit * widening; from < upTo && found.length < limit; ) {
    const to = Math.min(from + step, upTo)
    const rows = (await changed.all(db, { accountId, from, to, limit })).map(toChanged)
    const known = await latestVersions(db, accountId, rows)
    found.push(...rows.filter((row) => known.get(row.studyId) === row.version))
    from = rows.length < limit ? to : (rows.at(-1)?.version ?? to)
    step *= widening
  }
  return found.slice(0, limit)
}

const widening = 8

interface ChangedRow {
  study_id: number
  version: number
}

function toChanged({ study_id, version }: ChangedRow): ChangedStudy {
  return { studyId: study_id as StudyId, version }
}

interface ChangedValues {
  accountId: AccountId
  from: number
  to: number
  limit: number
}

const changed = statement<ChangedValues, ChangedRow>((db, { accountId, from, to, limit }) =>
  db
    .selectFrom('studies')
    .select(['id as study_id', 'version'])
    .where('account_id', '=', accountId)
    .where('version', '>', from)
    .where('version', '<=', to)
    .unionAll(
      db
        .selectFrom('study_changes')
        .select(['study_id', 'version'])
        .where('account_id', '=', accountId)
        .where('version', '>', from)
        .where('version', '<=', to),
    )
    .orderBy('version')
    .limit(limit)
    .compile(),
)

/** The latest versions of these records. SQLite may assign the id of a removed record again. */
async function latestVersions(
  db: Db,
  accountId: AccountId,
  rows: readonly ChangedStudy[],
): Promise<Map<StudyId, number>> {
  const [first] = rows
  if (first === undefined) return new Map()
  const list = rows.map(({ studyId }) => studyId).join(',')
  const ids = isSqlite(db) ? `[${list}]` : `{${list}}`
  const found = await latest.all(db, { accountId, from: first.version, ids })
  return new Map(found.map((row) => [row.study_id as StudyId, Number(row.version)]))
}

const latest = statement<{ accountId: AccountId; from: number; ids: string }, ChangedRow>(
  (db, { accountId, from, ids }) => {
    const among = (name: string) =>
      isSqlite(db)
        ? sql<boolean>`${sql.ref(name)} in (select value from json_each(${ids}))`
        : sql<boolean>`${sql.ref(name)} = any(${ids})`
    const known = db
      .selectFrom('studies')
      .select(['id as study_id', 'version'])
      .where(isOf(accountId))
      .where(among('id'))
      .unionAll(
        db
          .selectFrom('study_changes')
          .select(['study_id', 'version'])
          .where('account_id', '=', accountId)
          .where('version', '>=', from)
          .where(among('study_id')),
      )
    return db
      .selectFrom(known.as('known'))
      .select((eb) => ['study_id', eb.fn.max<number>('version').as('version')])
      .groupBy('study_id')
      .compile()
  },
)

/** Computed, so that SQLite reads the few ids rather than the index of all the account's records. */
function isOf(accountId: AccountId | RawBuilder<AccountId>): RawBuilder<boolean> {
  return sql`account_id + 0 = ${accountId}`
}

/** Returns the account's records with these ids in their current state, in the order of the ids. */
export async function readStudies(db: Db, accountId: AccountId, ids: StudyId[]): Promise<Change[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('studies').selectAll().where('id', 'in', ids).where(isOf(accountId)).execute()
  const studies = new Map(rows.map((row) => [row.id, toOwnStudy(row)]))
  return ids.map((id) => ({ id, study: studies.get(id) }))
}

/** Returns the oldest entries made at this time or before, as account and version. */
export async function findOldChanges(db: Db, until: EpochSeconds, limit: number): Promise<OldChange[]> {
  const rows = await oldest.all(db, { until, limit })
  return rows.map((row) => ({ accountId: row.account_id as AccountId, version: row.version }))
}

const oldest = statement<{ until: EpochSeconds; limit: number }, { account_id: number; version: number }>(
  (db, { until, limit }) =>
    db
      .selectFrom('study_changes')
      .select(['account_id', 'version'])
      .where('changed_at', '<=', until)
      .orderBy('changed_at')
      .limit(limit)
      .compile(),
)

/** Deletes the entries up to this version of an account whose row is locked. Devices with an older cursor must start again. */
export async function forgetChanges(db: Db, { accountId, version }: OldChange): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ changes_forgotten_to: version })
    .where('id', '=', accountId)
    .where('changes_forgotten_to', '<', version)
    .execute()
  await db.deleteFrom('study_changes').where('account_id', '=', accountId).where('version', '<=', version).execute()
}
