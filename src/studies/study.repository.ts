import type { Selectable } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { violatesReference } from '../storage/constraint-errors.ts'
import { statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { StudyTable } from './study.table.ts'
import type { EndCause, Study, StudyEnd, StudyId } from './study.ts'

export function findStudy(db: Db, id: StudyId): MaybePromise<Study | undefined> {
  return andThen(studyById.first(db, { id }), (row) => row && toStudy(row))
}

const studyById = statement<{ id: StudyId }, Selectable<StudyTable>>((db, { id }) =>
  db.selectFrom('studies').selectAll().where('id', '=', id).compile(),
)

export async function findRunning(db: Db, accountId: AccountId): Promise<Study | undefined> {
  const row = await runningOf.first(db, { accountId })
  return row && toStudy(row)
}

const runningOf = statement<{ accountId: AccountId }, Selectable<StudyTable>>((db, { accountId }) =>
  db.selectFrom('studies').selectAll().where('account_id', '=', accountId).where('ended_at', 'is', null).compile(),
)

/** Records still running that did not start after `after` and until `until`: at most `limit` on either side. */
export async function findRunningOutside(
  db: Db,
  { after, until }: { after: EpochSeconds; until: EpochSeconds },
  limit: number,
): Promise<Study[]> {
  // Two walks of the index: one with `or` would read all that runs.
  const rows = [
    ...(await runningTo.all(db, { startedAt: after, limit })),
    ...(await runningFrom.all(db, { startedAt: until, limit })),
  ]
  return rows.map(toStudy)
}

const runningTo = runningBySide('<=')
const runningFrom = runningBySide('>')

function runningBySide(side: '<=' | '>') {
  return statement<{ startedAt: EpochSeconds; limit: number }, Selectable<StudyTable>>((db, { startedAt, limit }) =>
    db
      .selectFrom('studies')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('started_at', side, startedAt)
      .orderBy('started_at')
      .limit(limit)
      .compile(),
  )
}

export type NewStudy = Pick<Study, 'accountId' | 'startedAt' | 'end'>

/** @throws DomainError `unauthorized` where the account was removed since its credentials were looked at */
export async function insertStudy(db: Db, { accountId, startedAt, end }: NewStudy): Promise<Study> {
  try {
    const values = { accountId, startedAt, endedAt: end?.at ?? null, cause: end?.cause ?? null }
    const inserted = await insertion.first(db, values)
    if (inserted === undefined) throw new Error('an insert returned no row')
    return { id: inserted.id as StudyId, accountId, startedAt, end }
  } catch (error) {
    throw violatesReference(error) ? new DomainError('unauthorized') : error
  }
}

interface InsertedValues {
  accountId: number
  startedAt: EpochSeconds
  endedAt: EpochSeconds | null
  cause: EndCause | null
}

const insertion = statement<InsertedValues, { id: number }>((db, { accountId, startedAt, endedAt, cause }) =>
  db
    .insertInto('studies')
    .values({ account_id: accountId, started_at: startedAt, ended_at: endedAt, end_cause: cause })
    .returning('id')
    .compile(),
)

export async function updateEnd(db: Db, id: StudyId, end: StudyEnd): Promise<void> {
  await ending.all(db, { id, ...end })
}

const ending = statement<StudyEnd & { id: StudyId }, unknown>((db, { id, at, cause }) =>
  db.updateTable('studies').set({ ended_at: at, end_cause: cause }).where('id', '=', id).compile(),
)

export async function deleteStudiesOf(db: Db, accountId: AccountId): Promise<Study[]> {
  const rows = await db.deleteFrom('studies').where('account_id', '=', accountId).returningAll().execute()
  return rows.map(toStudy)
}

export function toStudy(row: Selectable<StudyTable>): Study {
  return {
    id: row.id as StudyId,
    accountId: row.account_id as AccountId,
    startedAt: row.started_at,
    end: row.ended_at === null ? undefined : { at: row.ended_at, cause: row.end_cause ?? 'student' },
  }
}
