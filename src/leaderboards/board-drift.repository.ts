import { type RawBuilder, sql } from 'kysely'
import { statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import { type BoardDelta, boardWidths } from './board-counter.ts'
import type { BoardId } from './board-period.ts'

/** The next board after this one that has rows or counters. Uses two indexes, so its cost does not depend on the number of rows. */
export async function findBoardAfter(db: Db, after: number): Promise<BoardId | undefined> {
  const row = await boardAfter.first(db, { after })
  return row?.period === null || row === undefined ? undefined : (Number(row.period) as BoardId)
}

const boardAfter = statement<{ after: number }, { period: number | null }>((db, { after }) =>
  sql<{ period: number | null }>`select min(period) as period from (
    select min(period) as period from board_totals where period > ${after}
    union all select min(period) from board_tallies where period > ${after}) as next`.compile(db),
)

/** The differences between a board's counters and a count of its rows. One statement, so that it sees a consistent state. */
export async function findExcess(db: Db, period: BoardId): Promise<BoardDelta[]> {
  const rows = await excess.all(db, { period })
  return rows.map(({ width, bucket, excess }) => ({
    ...{ period, width: Number(width), bucket: Number(bucket) },
    delta: Number(excess),
  }))
}

type ExcessRow = Record<'width' | 'bucket' | 'excess', number | string>

const excess = statement<{ period: BoardId }, ExcessRow>((db, { period }) => {
  const expected = (width: number): RawBuilder<unknown> =>
    sql`select ${sql.lit(width)}, seconds / ${sql.lit(width)}, -1 from board_totals where period = ${period}`
  return sql<ExcessRow>`select width, bucket, sum(count) as excess from (
      select width, bucket, count from board_tallies where period = ${period}
      union all ${sql.join(boardWidths.map(expected), sql` union all `)}
    ) as both_sides group by width, bucket having sum(count) <> 0`.compile(db)
})
