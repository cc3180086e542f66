import { sql } from 'kysely'
import type { DatabaseKind, Db } from '../../storage/storage.ts'
import { type Bounds, guessedPace, type Line, type Pace } from './waiting-room.ts'

export interface Who {
  student: string | null
  address: string | null
}

export interface KeptPlace extends Who {
  id: number
}

export interface Departure {
  id: number
  /** Whether the student no longer needs the place. */
  isDone: boolean
  /** How long the student was at the school, in milliseconds. */
  ms: number
}

const paceSetting = 'school login ms'
/**
 * An arbitrary number of this service. The advisory lock lets one process at a time read and change the line. Row
 * locks are not enough, because there may be no rows.
 */
const lineLock = 7_261_994_311n

/**
 * Returns the pace, and the time by the database's clock, because the clocks of several instances differ. No other
 * process changes the line until the transaction ends.
 */
export async function openLine(tx: Db, kind: DatabaseKind): Promise<{ now: number; pace: Pace }> {
  if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(lineLock)})`.execute(tx)
  const now =
    kind === 'postgres'
      ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
      : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
  const setting = tx.selectFrom('settings').select('value').where('key', '=', paceSetting)
  const { rows } = await sql<{ now: number; pace: string | null }>`select ${now} as now, (${setting}) as pace`.execute(
    tx,
  )
  const [row] = rows
  if (row === undefined) throw new Error('the database tells no time')
  return { now: row.now, pace: row.pace === null ? guessedPace : { loginMs: Number(row.pace), isMeasured: true } }
}

export async function savePace(tx: Db, { loginMs }: Pace): Promise<void> {
  const value = String(loginMs)
  await tx
    .insertInto('settings')
    .values({ key: paceSetting, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
}

/** A place that is not done is kept for another try, but nobody waits for it. */
export async function saveDepartures(tx: Db, departures: readonly Departure[], now: number): Promise<void> {
  const of = (isDone: boolean) => departures.filter((one) => one.isDone === isDone).map(({ id }) => id)
  await removePlaces(tx, of(true))
  await updatePlaces(tx, of(false), { state: 'asked', until: now })
}

export async function removePlaces(tx: Db, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('waiting_places').where('id', 'in', ids).execute()
}

export async function updatePlaces(
  tx: Db,
  ids: readonly number[],
  change: { state?: 'here' | 'asking' | 'asked'; until: number },
): Promise<void> {
  if (ids.length > 0) await tx.updateTable('waiting_places').set(change).where('id', 'in', ids).execute()
}

/** Places of these students that no request holds, oldest first. */
export function findKept(tx: Db, students: readonly string[], now: number): Promise<KeptPlace[]> {
  return tx
    .selectFrom('waiting_places')
    .select(['id', 'student', 'address'])
    .where('student', 'in', students)
    .where((eb) => eb.or([eb('state', '=', 'away'), eb('until', '<=', now)]))
    .orderBy('id')
    .execute()
}

/** Returns the numbers of the places, in the order of the newcomers. */
export async function addPlaces(tx: Db, newcomers: readonly Who[], until: number): Promise<number[]> {
  if (newcomers.length === 0) return []
  const rows = await tx
    .insertInto('waiting_places')
    .values(newcomers.map(({ student, address }) => ({ student, address, state: 'here' as const, until })))
    .returning('id')
    .execute()
  return rows.map(({ id }) => id).sort((one, other) => one - other)
}

/**
 * `expectedUntil`: students whose time ends by then are expected now. An address with too many students who did not
 * come back is not waited for.
 */
export async function readLine(
  tx: Db,
  now: number,
  { concurrency, seats, expectedUntil, maxAbsent }: Bounds & { expectedUntil: number; maxAbsent: number },
): Promise<Line> {
  const live = tx.selectFrom('waiting_places').where('until', '>', now)
  const unreliable = tx
    .selectFrom('waiting_places')
    .select('address')
    .where('state', '=', 'away')
    .where('until', '<=', now)
    .groupBy('address')
    .having((eb) => eb.fn.countAll(), '>=', maxAbsent)
  const present = await live.select(['id', 'state']).where('state', 'in', ['here', 'asking']).orderBy('id').execute()
  const here = present.filter(({ state }) => state === 'here').map(({ id }) => id)
  const free = Math.max(0, concurrency - (present.length - here.length))
  const oldest = live.select('id').orderBy('id').limit(1)
  const expected = await oldest
    .where('state', '=', 'away')
    .where('until', '<=', expectedUntil)
    .where('address', 'not in', unreliable)
    .executeTakeFirst()
  const seatless = await oldest
    .where((eb) => eb.or([eb('state', '=', 'here'), eb('state', '=', 'away').and('address', 'not in', unreliable)]))
    .offset(seats + free)
    .executeTakeFirst()
  return { free, here, expected: expected?.id, seatless: seatless?.id }
}

/** All students who were sent away, including those passed over. */
export function readAway(tx: Db): Promise<(KeptPlace & { until: number })[]> {
  return tx
    .selectFrom('waiting_places')
    .select(['id', 'student', 'address', 'until'])
    .where('state', '=', 'away')
    .orderBy('id')
    .execute()
}

export async function sendAway(tx: Db, places: readonly { id: number; until: number }[]): Promise<void> {
  if (places.length === 0) return
  const times = sql.join(places.map(({ id, until }) => sql`(${sql.lit(id)}, ${sql.lit(until)})`))
  await sql`update waiting_places set state = 'away', until = times.column2 from (values ${times}) as times
    where waiting_places.id = times.column1`.execute(tx)
}

export async function forgetPlaces(tx: Db, before: number): Promise<void> {
  await tx.deleteFrom('waiting_places').where('until', '<=', before).execute()
}
