import type { AccountId } from '../accounts/account.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Cursor, Order, Page, PageRequest } from '../shared/page.ts'
import { type Parameters, statement, statementsByShape } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { StudyId } from '../studies/study.ts'
import type { LiveStudent } from './live-student.ts'

type Position = Pick<Cursor, 'startedAt' | 'id'>

interface LiveRow {
  id: number
  account_id: number
  started_at: number
  username: string
  visibility: LiveStudent['visibility']
}

function toStudent(row: LiveRow): LiveStudent {
  return {
    id: row.id as StudyId,
    accountId: row.account_id as AccountId,
    username: row.username,
    visibility: row.visibility,
    startedAt: row.started_at,
  }
}

function studying(db: Db) {
  return db
    .selectFrom('studies')
    .innerJoin('accounts', 'accounts.id', 'studies.account_id')
    .select(['studies.id', 'studies.account_id', 'studies.started_at', 'accounts.username', 'accounts.visibility'])
    .where('studies.ended_at', 'is', null)
    .where('accounts.visibility', '<>', 'only_me')
    .$narrowType<{ visibility: LiveStudent['visibility'] }>()
}

interface Beyond {
  order: Order
  position: Position | undefined
  limit: number
}

/** Returns the students who study now, in the order of their starts, after a position. */
export function findStudying(db: Db, { order, position, limit }: Beyond): MaybePromise<LiveStudent[]> {
  const rows = studyingBeyond({ order, beyond: position !== undefined })
  return andThen(rows.all(db, { startedAt: position?.startedAt, id: position?.id, limit }), (found) =>
    found.map(toStudent),
  )
}

interface BeyondValues {
  startedAt?: number | undefined
  id?: number | undefined
  limit: number
}

const studyingBeyond = statementsByShape(({ order, beyond }: { order: Order; beyond: boolean }) =>
  statement<BeyondValues, LiveRow>((db, { startedAt, id, limit }: Parameters<BeyondValues>) => {
    const query = studying(db).orderBy('studies.started_at', order).orderBy('studies.id', order).limit(limit)
    if (!beyond) return query.compile()
    return query
      .where((eb) =>
        eb(eb.refTuple('studies.started_at', 'studies.id'), order === 'asc' ? '>' : '<', eb.tuple(startedAt, id)),
      )
      .compile()
  }),
)

export async function findStudyingOf(db: Db, ids: AccountId[]): Promise<LiveStudent[]> {
  const rows = await studying(db).where('studies.account_id', 'in', ids).execute()
  return rows.map(toStudent)
}

/** The id of the newest record; 0 if there is none. */
export function findNewestStudyId(db: Db): MaybePromise<number> {
  return andThen(newest.first(db, {}), (row) => row?.id ?? 0)
}

const newest = statement<object, { id: number }>((db) =>
  db.selectFrom('studies').select('id').orderBy('id', 'desc').limit(1).compile(),
)

/** Returns one page of the students who study now. `count` is their total number. */
export async function pageStudying(
  db: Db,
  { perPage, order, cursor }: PageRequest,
  count: number,
): Promise<Page<LiveStudent>> {
  const backwards = cursor?.direction === 'before'
  const walked = backwards ? opposite(order) : order
  const rows = await findStudying(db, { order: walked, position: cursor, limit: perPage + 1 })
  const items = rows.slice(0, perPage)
  const more = rows.length > perPage
  // If nobody is left beyond the cursor, the row of the cursor itself is on the other side.
  const edge = cursor && positionAfter(cursor, walked)
  const behind = edge !== undefined && (await hasStudentsBehind(db, walked, items[0] ?? edge))
  if (backwards) items.reverse()
  const [first, last] = [items[0] ?? edge, items.at(-1) ?? edge]
  return {
    items,
    count,
    next:
      (backwards ? behind : more) && last ? { direction: 'after', startedAt: last.startedAt, id: last.id } : undefined,
    prev:
      (backwards ? more : behind) && first
        ? { direction: 'before', startedAt: first.startedAt, id: first.id }
        : undefined,
  }
}

/** Whether there are students on the side from which the page was reached. */
async function hasStudentsBehind(db: Db, walked: Order, edge: Position): Promise<boolean> {
  return (await findStudying(db, { order: opposite(walked), position: edge, limit: 1 })).length > 0
}

function positionAfter({ startedAt, id }: Position, walked: Order): Position {
  return { startedAt, id: id + (walked === 'asc' ? 1 : -1) }
}

function opposite(order: Order): Order {
  return order === 'asc' ? 'desc' : 'asc'
}
