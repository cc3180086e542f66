import { type RawBuilder, sql } from 'kysely'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { beforeCommit } from '../storage/before-commit.ts'
import { counterTable } from '../storage/counter-table.ts'
import { statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import { type BoardDelta, boardWidths, isFine, slotOf, summedDeltas } from './board-counter.ts'
import type { BoardId } from './board-period.ts'
import type { Standing } from './pages/board-rank.ts'

const counters = counterTable('board_tallies', ['period', 'width', 'bucket', 'slot'])
const [coarsest] = boardWidths

/** Adds the deltas of all writes at the end of the transaction, because the row locks make other writers wait. */
export function addToBoardCounters(tx: Db, deltas: BoardDelta[]): void {
  if (deltas.length > 0) beforeCommit(tx, writeDeltas, deltas)
}

async function writeDeltas(db: Db, deltas: BoardDelta[]): Promise<void> {
  const random = Math.random()
  const rows = summedDeltas(deltas).map(({ period, width, bucket, delta }) => ({
    ...{ period, width, bucket },
    slot: slotOf(width, random),
    delta,
  }))
  await counters.add(db, rows)
  await counters.deleteZeros(
    db,
    rows.filter(({ width, delta }) => isFine(width) && delta < 0),
  )
}

/** The number of students on the board. */
export function countStudents(db: Db, period: BoardId): MaybePromise<number> {
  return andThen(studentCount.first(db, { period }), (row) => Number(row?.count ?? 0))
}

const studentCount = statement<{ period: BoardId }, { count: number | string | null }>((db, { period }) =>
  db
    .selectFrom('board_tallies')
    .select((eb) => eb.fn.sum<number | null>('count').as('count'))
    .where('period', '=', period)
    .where('width', '=', coarsest)
    .compile(),
)

/** How many students of a board have more seconds than these, and how many have as many. */
export function findStanding(db: Db, period: BoardId, seconds: number): MaybePromise<Standing> {
  const values: Record<string, number> = { period, seconds }
  for (const width of boardWidths) values[`bucket${width}`] = Math.floor(seconds / width)
  return andThen(standing.first(db, values), (row) => ({
    above: Number(row?.above ?? 0),
    equal: Number(row?.equal ?? 0),
  }))
}

const standing = statement<Record<string, number>, { above: number | string; equal: number | string }>((db, values) => {
  const value = (name: string) => values[name] as RawBuilder<number>
  const sumOf = (width: number, buckets: RawBuilder<unknown>) =>
    sql`coalesce((select sum(count) from board_tallies
      where period = ${value('period')} and width = ${sql.lit(width)} and ${buckets}), 0)`
  const above = boardWidths.map((width, index) => {
    const coarser = boardWidths[index - 1]
    const bucket = value(`bucket${width}`)
    // Only up to the end of the coarser range: the coarser counters include everything above it.
    const end = coarser && sql` and bucket < (${value(`bucket${coarser}`)} + 1) * ${sql.lit(coarser / width)}`
    return sumOf(width, sql`bucket > ${bucket}${end ?? sql``}`)
  })
  const equal = sumOf(1, sql`bucket = ${value('seconds')}`)
  return sql<{ above: number; equal: number }>`select ${sql.join(above, sql` + `)} as above, ${equal} as equal`.compile(
    db,
  )
})
