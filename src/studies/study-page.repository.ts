import { studyCountOf } from '../accounts/account.repository.ts'
import type { Cursor, Order, Page } from '../shared/page.ts'
import type { Db } from '../storage/storage.ts'
import { toStudy } from './study.repository.ts'
import type { Study } from './study.ts'
import type { StudyFilter, StudyListRequest } from './study-list.ts'
import { countAll, countRunning, locate } from './tally.repository.ts'

/** One page in the order of start and id. Links are keyset cursors, so that every page costs the same wherever it lies. */
export async function pageStudies(db: Db, request: StudyListRequest): Promise<Page<Study>> {
  const { filter, perPage, cursor } = request
  const count = await countStudies(db, filter)
  const offset = cursor ? 0 : ((request.page ?? 1) - 1) * perPage
  if (offset > 0 && offset >= count)
    return { items: [], count, next: undefined, prev: count > 0 ? end(request.order) : undefined }
  const backwards = cursor?.direction === 'before'
  const order = backwards ? opposite(request.order) : request.order
  const query = cursor ? beyond(matching(db, filter), cursor, order) : await skip(db, filter, offset, order)
  const rows = await inOrder(query, order)
    .limit(perPage + 1)
    .execute()
  const items = rows.slice(0, perPage).map(toStudy)
  if (backwards) items.reverse()
  const more = rows.length > perPage
  const behind = cursor ? await reachesBack(db, request, items, cursor) : offset > 0
  return { items, count, ...links(request, items, backwards ? behind : more, backwards ? more : behind) }
}

function matching(db: Db, { accountId, running, from, to }: StudyFilter) {
  let query = db.selectFrom('studies')
  if (accountId !== undefined) query = query.where('account_id', '=', accountId)
  if (running !== undefined) query = query.where('ended_at', running ? 'is' : 'is not', null)
  if (from !== undefined) query = query.where('started_at', '>=', from)
  if (to !== undefined) query = query.where('started_at', '<', to)
  return query
}

type Matching = ReturnType<typeof matching>
type Key = Pick<Cursor, 'startedAt' | 'id'>

function inOrder(query: Matching, order: Order) {
  return query.selectAll().orderBy('started_at', order).orderBy('id', order)
}

function beyond(query: Matching, { startedAt, id }: Key, order: Order): Matching {
  return query.where((eb) => eb(eb.refTuple('started_at', 'id'), order === 'asc' ? '>' : '<', eb.tuple(startedAt, id)))
}

/** Old clients ask for a page by number. In everyone's list the tallies know where it begins; elsewhere there is little to skip. */
async function skip(db: Db, filter: StudyFilter, offset: number, order: Order): Promise<Matching> {
  const query = matching(db, filter)
  if (offset === 0) return query
  const position = Object.values(filter).every((value) => value === undefined)
    ? await locate(db, offset, order)
    : undefined
  if (position === undefined) return query.offset(offset)
  const begun =
    order === 'asc' ? query.where('started_at', '>=', position.from) : query.where('started_at', '<', position.to)
  return begun.offset(position.offset)
}

/** Whether anything lies on the side that the cursor came from. */
async function reachesBack(
  db: Db,
  { filter, order }: StudyListRequest,
  items: Study[],
  cursor: Cursor,
): Promise<boolean> {
  const walked = cursor.direction === 'before' ? opposite(order) : order
  const nearest = cursor.direction === 'before' ? items.at(-1) : items[0]
  const edge = nearest ?? { startedAt: cursor.startedAt, id: cursor.id + (walked === 'asc' ? 1 : -1) }
  const row = await inOrder(beyond(matching(db, filter), edge, opposite(walked)), opposite(walked))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function links(request: StudyListRequest, items: Study[], hasNext: boolean, hasPrev: boolean) {
  const { cursor, order } = request
  const nudge = order === 'asc' ? 1 : -1
  const last = items.at(-1) ?? (cursor && { startedAt: cursor.startedAt, id: cursor.id - nudge })
  const first = items[0] ?? (cursor && { startedAt: cursor.startedAt, id: cursor.id + nudge })
  return {
    next: hasNext && last ? cursorAt('after', last) : undefined,
    prev: hasPrev && first ? cursorAt('before', first) : undefined,
  }
}

function cursorAt(direction: Cursor['direction'], { startedAt, id }: Key): Cursor {
  return { direction, startedAt, id }
}

/** The place behind the last record. */
function end(order: Order): Cursor {
  return { direction: 'before', startedAt: order === 'asc' ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER, id: 0 }
}

function opposite(order: Order): Order {
  return order === 'asc' ? 'desc' : 'asc'
}

async function countStudies(db: Db, filter: StudyFilter): Promise<number> {
  const { accountId, running, from, to } = filter
  if (from !== undefined || to !== undefined) return countMatching(db, filter)
  const all = () => (accountId === undefined ? countAll(db) : studyCountOf(db, accountId))
  if (running === undefined) return all()
  const active =
    accountId === undefined ? await countRunning(db) : await countMatching(db, { accountId, running: true })
  return running ? active : (await all()) - active
}

async function countMatching(db: Db, filter: StudyFilter): Promise<number> {
  const row = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
