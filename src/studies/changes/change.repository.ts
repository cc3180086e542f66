import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { statement } from '../../storage/statement.ts'
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

/**
 * Returns the records that were written or removed after this version, in the order of their latest changes. Reads the
 * index of all the account's records, which every write changes anyway: an index by version would slow down each write.
 */
export async function changedAfter(db: Db, accountId: AccountId, version: number): Promise<ChangedStudy[]> {
  const latest = new Map<StudyId, number>()
  for (const row of await changed.all(db, { accountId, version })) {
    const id = row.study_id as StudyId
    latest.set(id, Math.max(row.version, latest.get(id) ?? 0))
  }
  return [...latest].map(([studyId, version]) => ({ studyId, version })).sort((a, b) => a.version - b.version)
}

const changed = statement<{ accountId: AccountId; version: number }, { study_id: number; version: number }>(
  (db, { accountId, version }) =>
    db
      .selectFrom('studies')
      .select(['id as study_id', 'version'])
      .where('account_id', '=', accountId)
      .where('version', '>', version)
      .unionAll(
        db
          .selectFrom('study_changes')
          .select(['study_id', 'version'])
          .where('account_id', '=', accountId)
          .where('version', '>', version),
      )
      .compile(),
)

/** Returns the account's records with these ids in their current state, in the order of the ids. */
export async function readStudies(db: Db, accountId: AccountId, ids: StudyId[]): Promise<Change[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('studies')
    .selectAll()
    .where('id', 'in', ids)
    .where('account_id', '=', accountId)
    .execute()
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
