import type { AccountId } from '../../accounts/account.ts'
import { statement } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import { toOwnStudy } from '../study.repository.ts'
import type { StudyId } from '../study.ts'
import type { Change, Forgettable, LogBounds, LogEntry, LogPosition } from './change.ts'

export async function findLogBounds(db: Db, accountId: AccountId): Promise<LogBounds | undefined> {
  const row = await bounds.first(db, { accountId })
  return row && { forgottenTo: row.changes_forgotten_to, version: row.study_version }
}

const bounds = statement<{ accountId: AccountId }, { study_version: number; changes_forgotten_to: number }>(
  (db, { accountId }) =>
    db.selectFrom('accounts').select(['study_version', 'changes_forgotten_to']).where('id', '=', accountId).compile(),
)

export interface ChangedStudy {
  studyId: StudyId
  /** Of its latest change. */
  version: number
}

/**
 * The records that were written after this version, by their latest change. Reads the log's end at once, because only
 * all of it tells which change of a record is the latest; it is as short as what is kept of the log.
 */
export async function changedAfter(db: Db, accountId: AccountId, version: number): Promise<ChangedStudy[]> {
  const rows = await changed.all(db, { accountId, version })
  return rows
    .map(({ study_id, version }) => ({ studyId: study_id as StudyId, version }))
    .sort((a, b) => a.version - b.version)
}

const changed = statement<{ accountId: AccountId; version: number }, { study_id: number; version: number }>(
  (db, { accountId, version }) =>
    db
      .selectFrom('study_changes')
      .select((eb) => ['study_id', eb.fn.max('version').as('version')])
      .where('account_id', '=', accountId)
      .where('version', '>', version)
      .groupBy('study_id')
      .compile(),
)

/** The account's records with these ids as they are now, in the order of the ids. */
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

/** A part of the log of all accounts. */
export async function readLog(db: Db, after: LogPosition, limit: number): Promise<LogEntry[]> {
  const rows = await log.all(db, { ...after, limit })
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    version: row.version,
    studyId: row.study_id as StudyId,
    changedAt: row.changed_at,
  }))
}

interface LogRow {
  account_id: number
  version: number
  study_id: number
  changed_at: number
}

const log = statement<LogPosition & { limit: number }, LogRow>((db, { accountId, version, limit }) =>
  db
    .selectFrom('study_changes')
    .selectAll()
    .where((eb) => eb(eb.refTuple('account_id', 'version'), '>', eb.tuple(accountId, version)))
    .orderBy('account_id')
    .orderBy('version')
    .limit(limit)
    .compile(),
)

/** Deletes entries of the log of an account whose row is locked. */
export async function deleteChanges(
  db: Db,
  accountId: AccountId,
  { versions, forgottenTo }: Forgettable,
): Promise<void> {
  if (forgottenTo > 0)
    await db
      .updateTable('accounts')
      .set({ changes_forgotten_to: forgottenTo })
      .where('id', '=', accountId)
      .where('changes_forgotten_to', '<', forgottenTo)
      .execute()
  await db.deleteFrom('study_changes').where('account_id', '=', accountId).where('version', 'in', versions).execute()
}
