import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { isSqlite, statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { OwnStudy } from '../studies/own/own-study.ts'
import { type OwnRow, toOwnStudy } from '../studies/study.repository.ts'
import type { StudyId } from '../studies/study.ts'

/** The ids of all records of the account, in the order of their starts. One statement, so they are a consistent state. */
export function listStudyIds(db: Db, accountId: AccountId): MaybePromise<StudyId[]> {
  return andThen(studyIds.first(db, { accountId }), (row) => JSON.parse(row?.ids ?? '[]') as StudyId[])
}

/** Reads the ids as one text, because reading a hundred thousand rows would block the event loop ten times as long. */
const studyIds = statement<{ accountId: AccountId }, { ids: string | null }>((db, { accountId }) => {
  const ordered = db
    .selectFrom('studies')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('started_at')
    .orderBy('id')
  return db.selectFrom(ordered.as('ordered')).select(joined(db).as('ids')).compile()
})

function joined(db: Db): RawBuilder<string | null> {
  return isSqlite(db) ? sql`json_group_array(id)` : sql`json_agg(id)::text`
}

/**
 * Returns the records with these ids that still belong to the account, in the order of the ids. SQLite may assign the
 * id of a removed record to a record of another account.
 */
export async function findOwnStudies(db: Db, accountId: AccountId, ids: readonly StudyId[]): Promise<OwnStudy[]> {
  const list = ids.join(',')
  const rows = await studiesById.all(db, { ids: isSqlite(db) ? `[${list}]` : `{${list}}` })
  const own = new Map(rows.filter((row) => row.account_id === accountId).map((row) => [row.id, row]))
  return ids.flatMap((id) => own.get(id) ?? []).map(toOwnStudy)
}

const studiesById = statement<{ ids: string }, OwnRow>((db, { ids }) => {
  const among = isSqlite(db)
    ? sql<boolean>`id in (select value from json_each(${ids}))`
    : sql<boolean>`id = any(${ids})`
  return db.selectFrom('studies').selectAll().where(among).compile()
})
