import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Cursor, Order, Page } from '../shared/page.ts'
import type { Db } from '../storage/storage.ts'
import { toStudy } from './study.repository.ts'
import type { Study } from './study.ts'
import { countRunning, locate } from './study-counter.repository.ts'
import type { StudyFilter, StudyListRequest } from './study-list.ts'
import { countMatching, type Position, rowsMatching } from './study-rows.repository.ts'

/**
 * One page in the order of start and id. Links are keyset cursors, so that every page costs the same wherever it lies.
 * `total` counts what matches no matter when it started and whether it is over.
 */
export function pageStudies(
  db: Db,
  request: StudyListRequest,
  total: () => MaybePromise<number>,
): MaybePromise<Page<Study>> {
  const { filter, order, perPage, cursor, page = 1 } = request
  return andThen(countStudies(db, filter, total), (count) => {
    if (cursor || page > 1) return laterPage(db, request, count)
    return andThen(rowsMatching(db, { filter, order, limit: perPage + 1 }), (rows) => {
      const items = rows.slice(0, perPage).map(toStudy)
      return { items, count, ...links(request, items, rows.length > perPage, false) }
    })
  })
}

async function laterPage(db: Db, request: StudyListRequest, count: number): Promise<Page<Study>> {
  const { filter, perPage, cursor } = request
  const offset = cursor ? 0 : ((request.page ?? 1) - 1) * perPage
  if (offset > 0 && offset >= count)
    return { items: [], count, next: undefined, prev: count > 0 ? end(request.order) : undefined }
  const backwards = cursor?.direction === 'before'
  const order = backwards ? opposite(request.order) : request.order
  const begin = cursor ? { filter, beyond: cursor } : await skip(db, filter, offset, order)
  const rows = await rowsMatching(db, { ...begin, order, limit: perPage + 1 })
  const items = rows.slice(0, perPage).map(toStudy)
  if (backwards) items.reverse()
  const more = rows.length > perPage
  const behind = cursor ? await reachesBack(db, request, items, cursor) : offset > 0
  return { items, count, ...links(request, items, backwards ? behind : more, backwards ? more : behind) }
}

/** Old clients ask for a page by number. In everyone's list the counters know where it begins; elsewhere there is little to skip. */
async function skip(
  db: Db,
  filter: StudyFilter,
  offset: number,
  order: Order,
): Promise<{ filter: StudyFilter; offset: number }> {
  if (offset === 0 || Object.values(filter).some((value) => value !== undefined)) return { filter, offset }
  const position = await locate(db, offset, order)
  if (position === undefined) return { filter, offset }
  return { filter: order === 'asc' ? { from: position.from } : { to: position.to }, offset: position.offset }
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
  const rows = await rowsMatching(db, { filter, beyond: edge, order: opposite(walked), limit: 1 })
  return rows.length > 0
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

function cursorAt(direction: Cursor['direction'], { startedAt, id }: Position): Cursor {
  return { direction, startedAt, id }
}

/** The position behind the last record. */
function end(order: Order): Cursor {
  return { direction: 'before', startedAt: order === 'asc' ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER, id: 0 }
}

function opposite(order: Order): Order {
  return order === 'asc' ? 'desc' : 'asc'
}

function countStudies(db: Db, filter: StudyFilter, total: () => MaybePromise<number>): MaybePromise<number> {
  const { accountId, running, from, to } = filter
  if (from !== undefined || to !== undefined) return countMatching(db, filter)
  if (running === undefined) return total()
  const active = accountId === undefined ? countRunning(db) : countMatching(db, { accountId, running: true })
  return running ? active : andThen(active, (running) => andThen(total(), (all) => all - running))
}
