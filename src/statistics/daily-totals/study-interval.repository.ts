import { sql } from 'kysely'
import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import { statement } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import { type Span, type StudyInterval, seenWithin } from './attribution.ts'

interface Row {
  id: number
  started_at: number
  ended_at: number | null
  subject: string | null
  seen_from: number | null
  seen_to: number | null
}

const columns = ['id', 'started_at', 'ended_at', 'subject', 'seen_from', 'seen_to'] as const

/** The setting that holds an upper bound for the length of ended records, so that those that overlap a span are a range of starts. */
const longestKey = 'longest study'
/** In seconds. No record is longer while the setting is absent. */
const usualLongest = 16 * 3600
const longest = sql<number>`coalesce(
  (select cast(settings.value as bigint) from settings where settings.key = ${sql.lit(longestKey)}), ${sql.lit(usualLongest)})`

/** Must precede every use of a record of this length, in the transaction that stores it. */
export async function raiseLongest(tx: Db, seconds: number): Promise<void> {
  if (seconds <= usualLongest) return
  // Whole hours, so that records that are each a little longer than the last one do not change the setting each time.
  const value = String(Math.ceil(seconds / 3600) * 3600)
  await sql`insert into settings (key, value) values (${longestKey}, ${value})
    on conflict (key) do update set value = excluded.value
    where cast(settings.value as bigint) < cast(excluded.value as bigint)`.execute(tx)
}

/** The bound that `raiseLongest` keeps, in seconds. */
export async function findLongestBound(db: Db): Promise<number> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', longestKey).executeTakeFirst()
  return row === undefined ? usualLongest : Number(row.value)
}

export interface StoredInterval extends StudyInterval {
  /** Whether the service heard of the start, or the end, when it happened. */
  startSeen: boolean
  endSeen: boolean
}

/** Returns the ended records that overlap the span, in no particular order. */
export function findOverlapping(db: Db, accountId: AccountId, { from, to }: Span): MaybePromise<StoredInterval[]> {
  return andThen(overlapping.all(db, { accountId, from, to }), (rows) => rows.map(toInterval))
}

const overlapping = statement<{ accountId: AccountId; from: number; to: number }, Row>((db, { accountId, from, to }) =>
  db
    .selectFrom('studies')
    .select(columns)
    .where('account_id', '=', accountId)
    .where('started_at', '<', to)
    .where('started_at', '>', sql<number>`cast(${from} as bigint) - ${longest}`)
    .where('ended_at', '>', from)
    .compile(),
)

/** Returns when the last of the account's ended records ends; the earliest time if there is none. */
export async function findLatestEnd(db: Db, accountId: AccountId): Promise<EpochSeconds> {
  return (await latestEndOf.first(db, { accountId }))?.latest ?? Number.MIN_SAFE_INTEGER
}

const latestEndOf = statement<{ accountId: AccountId }, { latest: number | null }>((db, { accountId }) =>
  db
    .selectFrom('studies')
    .select((eb) => eb.fn.max('ended_at').as('latest'))
    .where('account_id', '=', accountId)
    .compile(),
)

/** The length of the longest ended record, as far as it lies in the span. Read from an index alone. */
export function findLongest(db: Db, accountId: AccountId, { from, to }: Span): MaybePromise<number> {
  return andThen(longestWithin.first(db, { accountId, from, to }), (row) => Number(row?.longest ?? 0))
}

const longestWithin = statement<{ accountId: AccountId; from: number; to: number }, { longest: number | null }>(
  (db, { accountId, from, to }) =>
    db
      .selectFrom('studies')
      .select(
        sql<number | null>`max(case when ended_at < ${to} then ended_at else ${to} end
          - case when started_at > ${from} then started_at else ${from} end)`.as('longest'),
      )
      .where('account_id', '=', accountId)
      .where('started_at', '<', to)
      .where('started_at', '>', sql<number>`cast(${from} as bigint) - ${longest}`)
      .where('ended_at', '>', from)
      .compile(),
)

export async function findIntervals(db: Db, accountId: AccountId): Promise<StudyInterval[]> {
  const rows = await db
    .selectFrom('studies')
    .select(columns)
    .where('account_id', '=', accountId)
    .where('ended_at', 'is not', null)
    .execute()
  return rows.map(toInterval)
}

function toInterval(row: Row): StoredInterval {
  const { id, started_at: from, subject, seen_from, seen_to } = row
  const to = row.ended_at ?? from
  return {
    ...{ id, from, to, subject: subject ?? undefined },
    seen: seenWithin({ from, to }, seen_from ?? undefined, seen_to ?? undefined),
    startSeen: seen_from !== null,
    endSeen: seen_to !== null,
  }
}
