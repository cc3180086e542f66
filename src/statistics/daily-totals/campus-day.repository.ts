import { sql } from 'kysely'
import type { CampusDay } from '../../shared/campus-calendar.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import { beforeCommit } from '../../storage/before-commit.ts'
import { counterTable } from '../../storage/counter-table.ts'
import { statement } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import type { DaySeconds } from './study-day.repository.ts'

/** With a single row per day, PostgreSQL's row locks would serialize all writers of that day. */
const slots = 8

const sums = counterTable('campus_days', ['day', 'slot'], 'seconds')

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

/** Adds the deltas of all writes at the end of the transaction, because the row locks make other writers wait. */
export function addToCampusDays(tx: Db, deltas: readonly DaySeconds[]): void {
  beforeCommit(tx, writeDeltas, [...deltas])
}

async function writeDeltas(db: Db, deltas: DaySeconds[]): Promise<void> {
  const slot = Math.floor(Math.random() * slots)
  const byDay = new Map<CampusDay, number>()
  for (const { day, seconds } of deltas) byDay.set(day, (byDay.get(day) ?? 0) + seconds)
  // Every writer takes its locks in the same order.
  const rows = [...byDay].filter(([, seconds]) => seconds !== 0).sort(([a], [b]) => a - b)
  await sums.add(
    db,
    rows.map(([day, delta]) => ({ day, slot, delta })),
  )
}

/** The days whose stored sum differs from the sum of the accounts' days, with the excess. One statement, so that it sees a consistent state. */
export async function findCampusDrift(db: Db): Promise<DaySeconds[]> {
  const { rows } = await sql<{ day: CampusDay; excess: number }>`select day, sum(seconds) as excess from (
      select day, seconds from campus_days
      union all
      select study_days.day, -study_days.seconds from study_days
      join accounts on accounts.id = study_days.account_id where accounts.totals_shared = 1
    ) as both_sides group by day having sum(seconds) <> 0 order by day`.execute(db)
  return rows.map(({ day, excess }) => ({ day, seconds: Number(excess) }))
}
