import { type CompiledQuery, type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { isSqlite, type Parameters, statement, statementsByShape } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { NewStudy, OwnStudy } from './own/own-study.ts'
import type { StudyTable } from './study.table.ts'
import type { StudyId } from './study.ts'

type Columns = Omit<Insertable<StudyTable>, 'id' | 'version'>

function columnsOf(study: NewStudy): Required<Columns> {
  return {
    account_id: study.accountId,
    started_at: study.startedAt,
    ended_at: study.end?.at ?? null,
    end_cause: study.end?.cause ?? null,
    subject: study.subject ?? null,
    note: study.note ?? null,
    heartbeat_at: study.heartbeatAt ?? null,
    seen_from: study.seenFrom ?? null,
    seen_to: study.seenTo ?? null,
  }
}

/** `version` is that of this write, as for `updateStudy` and `deleteStudy`. */
export async function insertStudy(db: Db, study: NewStudy, version: number): Promise<StudyId> {
  const inserted = (await insertion.first(db, { ...columnsOf(study), version })) ?? (await lastInserted.first(db, {}))
  if (inserted === undefined) throw new Error('an insertion answered no row')
  return inserted.id as StudyId
}

type InsertedValues = Required<Columns> & { version: number }

// On SQLite, an insertion that returns its row takes twice as long as one that does not.
const insertion = statement<InsertedValues, { id: number }>((db, values) => {
  const insert = db.insertInto('studies').values({
    ...{ account_id: values.account_id, started_at: values.started_at, ended_at: values.ended_at },
    ...{ end_cause: values.end_cause, subject: values.subject, note: values.note },
    ...{ heartbeat_at: values.heartbeat_at, seen_from: values.seen_from, seen_to: values.seen_to },
    version: values.version,
  })
  return (isSqlite(db) ? insert : insert.returning('id')).compile() as CompiledQuery<{ id: number }>
})

const lastInserted = statement<object, { id: number }>((db) =>
  sql<{ id: number }>`select last_insert_rowid() as id`.compile(db),
)

/** Writes only the columns that differ, so that an index is updated only if one of its columns changes. */
export async function updateStudy(db: Db, before: OwnStudy, after: OwnStudy, version: number): Promise<void> {
  const [old, values] = [columnsOf(before), columnsOf(after)]
  const changed = (Object.keys(values) as (keyof Columns)[]).filter((name) => values[name] !== old[name])
  await updateOf(changed).all(db, { ...values, id: before.id, version })
}

type UpdateValues = InsertedValues & { id: StudyId }

const updateOf = statementsByShape((changed: (keyof Columns)[]) =>
  statement<UpdateValues, unknown>((db, values) =>
    db
      .updateTable('studies')
      .set({ ...picked(values, changed), version: values.version })
      .where('id', '=', values.id)
      .compile(),
  ),
)

function picked(values: Parameters<UpdateValues>, names: (keyof Columns)[]) {
  const set = Object.fromEntries(names.map((name): [string, RawBuilder<unknown>] => [name, values[name]]))
  return set as Updateable<StudyTable>
}

/** A removed record leaves its id and version to devices that have it. */
export async function deleteStudy(
  db: Db,
  id: StudyId,
  { accountId, version, changedAt }: { accountId: AccountId; version: number; changedAt: EpochSeconds },
): Promise<void> {
  await db.deleteFrom('studies').where('id', '=', id).execute()
  const change = { account_id: accountId, version, study_id: id, changed_at: changedAt }
  await db.insertInto('study_changes').values(change).execute()
}

/**
 * Stores the latest heartbeat, and replaces a stored one that is later than `latest`, because the clock was ahead then.
 * Returns whether the record is still running.
 */
export async function updateHeartbeat(db: Db, id: StudyId, at: EpochSeconds, latest: EpochSeconds): Promise<boolean> {
  const row = await heartbeat.first(db, { id, at, latest })
  return row !== undefined && row.ended_at === null
}

// Selects by id only: a planner that expects few running records would scan all of them.
const heartbeat = statement<{ id: StudyId; at: EpochSeconds; latest: EpochSeconds }, { ended_at: number | null }>(
  (db, { id, at, latest }) =>
    db
      .updateTable('studies')
      .set({
        heartbeat_at: sql`case when ended_at is null and coalesce(heartbeat_at <= ${at} or heartbeat_at > ${latest}, true)
          then ${at} else heartbeat_at end`,
      })
      .where('id', '=', id)
      .returning('ended_at')
      .compile(),
)
