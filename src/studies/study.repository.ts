import type { Selectable } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { violatesReference } from '../storage/constraint-errors.ts'
import type { Db } from '../storage/storage.ts'
import type { StudyTable } from './study.table.ts'
import type { Study, StudyEnd, StudyId } from './study.ts'

export async function findStudy(db: Db, id: StudyId): Promise<Study | undefined> {
  const row = await db.selectFrom('studies').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toStudy(row)
}

export async function findRunning(db: Db, accountId: AccountId): Promise<Study | undefined> {
  const row = await db
    .selectFrom('studies')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row && toStudy(row)
}

/** Records still running that started at or before `startedAt`, oldest first. */
export async function findRunningSince(db: Db, startedAt: EpochSeconds, limit: number): Promise<Study[]> {
  const rows = await db
    .selectFrom('studies')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('started_at', '<=', startedAt)
    .orderBy('started_at')
    .limit(limit)
    .execute()
  return rows.map(toStudy)
}

export type NewStudy = Pick<Study, 'accountId' | 'startedAt' | 'end'>

/** @throws DomainError `unauthorized` where the account was removed since its credentials were looked at */
export async function insertStudy(db: Db, study: NewStudy): Promise<Study> {
  try {
    const row = await db
      .insertInto('studies')
      .values({
        account_id: study.accountId,
        started_at: study.startedAt,
        ended_at: study.end?.at ?? null,
        end_cause: study.end?.cause ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return toStudy(row)
  } catch (error) {
    throw violatesReference(error) ? new DomainError('unauthorized') : error
  }
}

export async function updateEnd(db: Db, id: StudyId, end: StudyEnd): Promise<void> {
  await db.updateTable('studies').set({ ended_at: end.at, end_cause: end.cause }).where('id', '=', id).execute()
}

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
