import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { isSqlite, statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { OwnStudy } from './own/own-study.ts'
import type { StudyTable } from './study.table.ts'
import type { Study, StudyId } from './study.ts'

export type OwnRow = Selectable<StudyTable>
export type StudyRow = Pick<OwnRow, 'id' | 'account_id' | 'started_at' | 'ended_at' | 'end_cause' | 'heartbeat_at'>

const indexedColumns = [
  ...(['studies.id', 'studies.account_id', 'studies.started_at'] as const),
  ...(['studies.ended_at', 'studies.end_cause'] as const),
] as const

/** The columns of a published record. */
export const studyColumns = [...indexedColumns, 'studies.heartbeat_at'] as const

/** The same columns for one student's page, which is read from an index alone: only a running record's row is looked up. */
export const pageColumns = [
  ...indexedColumns,
  sql<number | null>`case when studies.ended_at is null
    then (select running.heartbeat_at from studies as running where running.id = studies.id) end`.as('heartbeat_at'),
] as const

/** The id of the row's account if that is hidden, otherwise null. */
const hiddenAccount = sql<number | null>`(select hidden_accounts.account_id from hidden_accounts
  where hidden_accounts.account_id = studies.account_id)`

/**
 * On PostgreSQL a lookup for each row: `not in` would read all hidden accounts. On SQLite `not in`, which is also a
 * lookup there, at half the cost.
 */
export function isVisible(db: Db): RawBuilder<boolean> {
  if (isSqlite(db)) return sql`studies.account_id not in (select hidden_accounts.account_id from hidden_accounts)`
  return sql`${hiddenAccount} is distinct from studies.account_id`
}

/** A record, and whether it is hidden from everyone except its owner. */
export interface Found<S extends Study> {
  study: S
  hidden: boolean
}

export function findStudy(db: Db, id: StudyId): MaybePromise<Found<Study> | undefined> {
  return andThen(studyById.first(db, { id }), (row) => row && { study: toStudy(row), hidden: row.hidden !== null })
}

const studyById = statement<{ id: StudyId }, StudyRow & { hidden: number | null }>((db, { id }) =>
  db
    .selectFrom('studies')
    .select([...studyColumns, hiddenAccount.as('hidden')])
    .where('id', '=', id)
    .compile(),
)

export async function findOwnStudy(db: Db, id: StudyId): Promise<Found<OwnStudy> | undefined> {
  const row = await ownStudyById.first(db, { id })
  return row && { study: toOwnStudy(row), hidden: row.hidden !== null }
}

const ownStudyById = statement<{ id: StudyId }, OwnRow & { hidden: number | null }>((db, { id }) =>
  db.selectFrom('studies').selectAll().select(hiddenAccount.as('hidden')).where('id', '=', id).compile(),
)

export function findRunning(db: Db, accountId: AccountId): MaybePromise<OwnStudy | undefined> {
  return andThen(runningOf.first(db, { accountId }), (row) => row && toOwnStudy(row))
}

const runningOf = statement<{ accountId: AccountId }, OwnRow>((db, { accountId }) =>
  db.selectFrom('studies').selectAll().where('account_id', '=', accountId).where('ended_at', 'is', null).compile(),
)

interface Overdue {
  /** Matches records that started at this time or before. */
  startedUntil: EpochSeconds
  /** Matches records that started after this time. */
  startedAfter: EpochSeconds
  /** Matches records whose last heartbeat was at this time or before. */
  silentSince: EpochSeconds
}

export type StudyKey = Pick<Study, 'id' | 'accountId'>

/** Finds running records that match one of the three conditions: at most `limit` for each. */
export async function findOverdue(
  db: Db,
  { startedUntil, startedAfter, silentSince }: Overdue,
  limit: number,
): Promise<StudyKey[]> {
  // Three index scans: one query with `or` would read all running records.
  const rows = [
    ...(await runningUntil.all(db, { at: startedUntil, limit })),
    ...(await runningAfter.all(db, { at: startedAfter, limit })),
    ...(await silentUntil.all(db, { at: silentSince, limit })),
  ]
  const keys = new Map(rows.map((row) => [row.id, { id: row.id as StudyId, accountId: row.account_id as AccountId }]))
  return [...keys.values()]
}

const runningUntil = runningBySide('started_at', '<=')
const runningAfter = runningBySide('started_at', '>')
const silentUntil = runningBySide('heartbeat_at', '<=')

function runningBySide(column: 'started_at' | 'heartbeat_at', side: '<=' | '>') {
  return statement<{ at: EpochSeconds; limit: number }, Pick<OwnRow, 'id' | 'account_id'>>((db, { at, limit }) =>
    db
      .selectFrom('studies')
      .select(['id', 'account_id'])
      .where('ended_at', 'is', null)
      .where(column, 'is not', null)
      .where(column, side, at)
      .orderBy(column)
      .limit(limit)
      .compile(),
  )
}

export function toStudy(row: StudyRow): Study {
  return {
    id: row.id as StudyId,
    accountId: row.account_id as AccountId,
    startedAt: row.started_at,
    end: row.ended_at === null ? undefined : { at: row.ended_at, cause: row.end_cause ?? 'student' },
    heartbeatAt: row.heartbeat_at ?? undefined,
  }
}

export function toOwnStudy(row: OwnRow): OwnStudy {
  return {
    ...toStudy(row),
    subject: row.subject ?? undefined,
    note: row.note ?? undefined,
    seenFrom: row.seen_from ?? undefined,
    seenTo: row.seen_to ?? undefined,
  }
}
