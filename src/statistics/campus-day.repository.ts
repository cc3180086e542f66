import { type RawBuilder, sql } from 'kysely'
import type { CampusDay } from '../shared/campus-calendar.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { beforeCommit } from '../storage/before-commit.ts'
import { statement, statementsByShape } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { DaySeconds } from './study-day.repository.ts'

/** As for counters: PostgreSQL's row locks would serialize the writers of a day on a single row. */
const slots = 8
const commonRows = 4
const rowsAtOnce = 1000

/** How long all visible accounts studied on the day, running records not included. */
export function findCampusDaySeconds(db: Db, day: CampusDay): MaybePromise<number> {
  return andThen(secondsOfDay.first(db, { day }), (row) => Number(row?.seconds ?? 0))
}

const secondsOfDay = statement<{ day: CampusDay }, { seconds: number | null }>((db, { day }) =>
  db
    .selectFrom('campus_days')
    .select((eb) => eb.fn.sum<number | null>('seconds').as('seconds'))
    .where('day', '=', day)
    .compile(),
)

/** Adds the deltas of all writes together at the end of the transaction, because this takes locks that others wait for. */
export function addToCampusDays(tx: Db, deltas: readonly DaySeconds[]): void {
  beforeCommit(tx, writeDeltas, [...deltas])
}

async function writeDeltas(db: Db, deltas: DaySeconds[]): Promise<void> {
  const slot = Math.floor(Math.random() * slots)
  const sums = new Map<CampusDay, number>()
  for (const { day, seconds } of deltas) sums.set(day, (sums.get(day) ?? 0) + seconds)
  // Every writer takes its locks in the same order.
  const rows = [...sums].filter(([, seconds]) => seconds !== 0).sort(([a], [b]) => a - b)
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    const some = rows.slice(at, at + rowsAtOnce)
    const values: Record<string, number> = { slot }
    for (const [index, [day, seconds]] of some.entries()) {
      values[`day${index}`] = day
      values[`seconds${index}`] = seconds
    }
    const common = some.length <= commonRows || some.length === rowsAtOnce
    await (common ? additionOf(some.length) : makeAddition(some.length)).all(db, values)
  }
}

const makeAddition = (length: number) =>
  statement<Record<string, number>, unknown>((db, values) =>
    db
      .insertInto('campus_days')
      .values(
        Array.from({ length }, (_, index) => ({
          day: values[`day${index}`] as RawBuilder<number>,
          slot: values.slot as RawBuilder<number>,
          seconds: values[`seconds${index}`] as RawBuilder<number>,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['day', 'slot']).doUpdateSet({ seconds: sql`campus_days.seconds + excluded.seconds` }),
      )
      .compile(),
  )
const additionOf = statementsByShape(makeAddition)

/** The days whose stored sum is not that of the accounts' days, with the excess. One statement, so that writers do not matter. */
export async function findCampusDrift(db: Db): Promise<DaySeconds[]> {
  const { rows } = await sql<{ day: CampusDay; excess: number }>`select day, sum(seconds) as excess from (
      select day, seconds from campus_days
      union all
      select study_days.day, -study_days.seconds from study_days
      join accounts on accounts.id = study_days.account_id where accounts.totals_shared = 1
    ) as both_sides group by day having sum(seconds) <> 0 order by day`.execute(db)
  return rows.map(({ day, excess }) => ({ day, seconds: Number(excess) }))
}
