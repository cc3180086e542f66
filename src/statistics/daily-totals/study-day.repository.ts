import { type Selectable, sql } from 'kysely'
import type { AccountId } from '../../accounts/account.ts'
import type { CampusDay } from '../../shared/campus-calendar.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import { rowStatement } from '../../storage/row-statement.ts'
import { statement } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import { type DayTotals, hoursText, parseHours, parseSubjects, subjectsText } from './day-totals.ts'
import type { StudyDayTable } from './study-day.table.ts'

type Row = Selectable<StudyDayTable>

/** Returns the days with study, in order, both bounds included. */
export function findDays(db: Db, accountId: AccountId, from: CampusDay, to: CampusDay): MaybePromise<DayTotals[]> {
  return andThen(daysBetween.all(db, { accountId, from, to }), (rows) => rows.map(toDay))
}

const daysBetween = statement<{ accountId: AccountId; from: CampusDay; to: CampusDay }, Row>(
  (db, { accountId, from, to }) =>
    db
      .selectFrom('study_days')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('day', '>=', from)
      .where('day', '<=', to)
      .orderBy('day')
      .compile(),
)

/** A day, for leaderboards. */
export interface SeenDay {
  day: CampusDay
  /** Not limited to `BOARD_DAY_HOURS`. */
  seenSeconds: number
}

/** Returns all days of the account with time that the service saw. */
export async function findSeenDays(db: Db, accountId: AccountId): Promise<SeenDay[]> {
  const rows = await seenDays.all(db, { accountId })
  return rows.map((row) => ({ day: row.day as CampusDay, seenSeconds: row.seen_seconds }))
}

const seenDays = statement<{ accountId: AccountId }, Pick<Row, 'day' | 'seen_seconds'>>((db, { accountId }) =>
  db
    .selectFrom('study_days')
    .select(['day', 'seen_seconds'])
    .where('account_id', '=', accountId)
    .where('seen_seconds', '>', 0)
    .orderBy('day')
    .compile(),
)

/** Returns the days on which the account studied for at least `minSeconds`, in order. */
export function findLongDays(db: Db, accountId: AccountId, minSeconds: number): MaybePromise<CampusDay[]> {
  return andThen(longDays.all(db, { accountId, minSeconds }), (rows) => rows.map(({ day }) => day as CampusDay))
}

const longDays = statement<{ accountId: AccountId; minSeconds: number }, Pick<Row, 'day'>>(
  (db, { accountId, minSeconds }) =>
    db
      .selectFrom('study_days')
      .select('day')
      .where('account_id', '=', accountId)
      .where('seconds', '>=', minSeconds)
      .orderBy('day')
      .compile(),
)

export async function putDay(db: Db, accountId: AccountId, day: DayTotals): Promise<void> {
  await dayPut.all(db, toRow(accountId, day))
}

const dayPut = statement<Row, unknown>((db, row) =>
  db
    .insertInto('study_days')
    .values({
      ...{ account_id: row.account_id, day: row.day, seconds: row.seconds, seen_seconds: row.seen_seconds },
      ...{ hours: row.hours, subjects: row.subjects },
    })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'day']).doUpdateSet((eb) => ({
        seconds: eb.ref('excluded.seconds'),
        seen_seconds: eb.ref('excluded.seen_seconds'),
        hours: eb.ref('excluded.hours'),
        subjects: eb.ref('excluded.subjects'),
      })),
    )
    .compile(),
)

export async function deleteDay(db: Db, accountId: AccountId, day: CampusDay): Promise<void> {
  await dayDeletion.all(db, { accountId, day })
}

const dayDeletion = statement<{ accountId: AccountId; day: CampusDay }, unknown>((db, { accountId, day }) =>
  db.deleteFrom('study_days').where('account_id', '=', accountId).where('day', '=', day).compile(),
)

/** The account must have none of these days. */
export async function insertDays(db: Db, accountId: AccountId, days: readonly DayTotals[]): Promise<void> {
  await daysInsertion(
    db,
    days.map((day) => toRow(accountId, day)),
  )
}

const daysInsertion = rowStatement<keyof Row>(
  {
    ...{ account_id: 'bigint', day: 'bigint', seconds: 'bigint', seen_seconds: 'bigint' },
    ...{ hours: 'text', subjects: 'text' },
  },
  ({ source }) => sql`insert into study_days (account_id, day, seconds, seen_seconds, hours, subjects) ${source}`,
)

export interface DaySeconds {
  day: CampusDay
  seconds: number
}

/** Deletes all days of the account and returns them. */
export async function deleteDays(db: Db, accountId: AccountId): Promise<DaySeconds[]> {
  const rows = await db
    .deleteFrom('study_days')
    .where('account_id', '=', accountId)
    .returning(['day', 'seconds'])
    .execute()
  return rows.map(({ day, seconds }) => ({ day: day as CampusDay, seconds }))
}

export async function findDaySeconds(db: Db, accountId: AccountId): Promise<DaySeconds[]> {
  const rows = await db
    .selectFrom('study_days')
    .select(['day', 'seconds'])
    .where('account_id', '=', accountId)
    .execute()
  return rows.map(({ day, seconds }) => ({ day: day as CampusDay, seconds }))
}

function toRow(accountId: AccountId, { day, seconds, seenSeconds, hours, subjects }: DayTotals): Row {
  return {
    account_id: accountId,
    day,
    seconds,
    seen_seconds: seenSeconds,
    hours: hoursText(hours),
    subjects: subjectsText(subjects),
  }
}

function toDay(row: Row): DayTotals {
  return {
    day: row.day as CampusDay,
    seconds: row.seconds,
    seenSeconds: row.seen_seconds,
    hours: parseHours(row.hours),
    subjects: parseSubjects(row.subjects),
  }
}
