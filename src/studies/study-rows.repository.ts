import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Cursor, Order } from '../shared/page.ts'
import { type Parameters, statement, statementsByShape } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { StudyFilter } from './list/study-list.ts'
import { isVisible, type OwnRow, pageColumns, type StudyRow, studyColumns } from './study.repository.ts'

/** A record's position in the order by start and id. */
export type Position = Pick<Cursor, 'startedAt' | 'id'>

export interface RowsRequest {
  filter: StudyFilter
  order: Order
  /** Only rows after this position in the requested order. */
  beyond?: Position | undefined
  limit: number
  offset?: number | undefined
}

interface Shape {
  account: boolean
  running: boolean | undefined
  from: boolean
  to: boolean
}

type Values = Omit<StudyFilter, 'running'> & Partial<Position> & { limit?: number; offset?: number }

/** Which columns are read: those that everyone may see, or all. */
export type Columns = 'published' | 'own'
export type RowOf<C extends Columns> = C extends 'own' ? OwnRow : StudyRow

/** Returns rows in the requested order. */
export function rowsMatching<C extends Columns>(db: Db, columns: C, request: RowsRequest): MaybePromise<RowOf<C>[]> {
  const { filter, order, beyond, limit, offset = 0 } = request
  const rows = rowsOf({ ...shapeOf(filter), columns, order, beyond: beyond !== undefined })
  const found = rows.all(db, { ...filter, startedAt: beyond?.startedAt, id: beyond?.id, limit, offset })
  return found as MaybePromise<RowOf<C>[]>
}

export function countMatching(db: Db, filter: StudyFilter): MaybePromise<number> {
  return andThen(countOf(shapeOf(filter)).first(db, filter), (row) => Number(row?.count ?? 0))
}

const rowsOf = statementsByShape((shape: Shape & { columns: Columns; order: Order; beyond: boolean }) =>
  statement<Values, StudyRow>((db, values) => {
    const { order } = shape
    let query = matching(db, shape, values)
    if (shape.beyond) {
      query = query.where((eb) =>
        eb(eb.refTuple('started_at', 'id'), order === 'asc' ? '>' : '<', eb.tuple(values.startedAt, values.id)),
      )
    }
    const published = shape.account ? query.select(pageColumns) : query.select(studyColumns)
    const selected = shape.columns === 'own' ? query.selectAll() : published
    return selected
      .orderBy('started_at', order)
      .orderBy('id', order)
      .limit(values.limit)
      .offset(values.offset)
      .compile()
  }),
)

const countOf = statementsByShape((shape: Shape) =>
  statement<Values, { count: number }>((db, values) =>
    matching(db, shape, values)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .compile(),
  ),
)

function matching(db: Db, { account, running, from, to }: Shape, values: Parameters<Values>) {
  let query = db.selectFrom('studies')
  query = account ? query.where('account_id', '=', values.accountId) : query.where(isVisible(db))
  if (running !== undefined) query = query.where('ended_at', running ? 'is' : 'is not', null)
  if (from) query = query.where('started_at', '>=', values.from)
  if (to) query = query.where('started_at', '<', values.to)
  return query
}

function shapeOf({ accountId, running, from, to }: StudyFilter): Shape {
  return { account: accountId !== undefined, running, from: from !== undefined, to: to !== undefined }
}
