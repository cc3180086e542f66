import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Cursor, Order, Page } from '../../shared/page.ts'
import type { Db } from '../../storage/storage.ts'
import type { OwnStudy } from '../own/own-study.ts'
import { toOwnStudy, toStudy } from '../study.repository.ts'
import type { Study } from '../study.ts'
import { type Columns, countMatching, type Position, type RowOf, rowsMatching } from '../study-rows.repository.ts'
import { countRunning, locate } from './study-counter.repository.ts'
import type { StudyFilter, StudyListRequest } from './study-list.ts'

/**
 * One page, ordered by start and id. Links are keyset cursors, so that every page costs the same wherever it is in the
 * list. `total` counts the matching records regardless of start time and of whether they are running.
 */
export function pageStudies(
  db: Db,
  request: StudyListRequest,
  total: () => MaybePromise<number>,
): MaybePromise<Page<Study>> {
  return pageRows(db, 'published', toStudy, request, total)
}

/** As `pageStudies`, with records as their owner sees them. */
export function pageOwnStudies(
  db: Db,
  request: StudyListRequest,
  total: () => MaybePromise<number>,
): MaybePromise<Page<OwnStudy>> {
  return pageRows(db, 'own', toOwnStudy, request, total)
}

function pageRows<C extends Columns, S extends Study>(
  db: Db,
  columns: C,
  toItem: (row: RowOf<C>) => S,
  request: StudyListRequest,
  total: () => MaybePromise<number>,
): MaybePromise<Page<S>> {
  const { filter, order, perPage, cursor, page = 1 } = request
  return andThen(countStudies(db, filter, total), (count) => {
    if (cursor || page > 1) return laterPage(db, columns, toItem, request, count)
    return andThen(rowsMatching(db, columns, { filter, order, limit: perPage + 1 }), (rows) => {
      const items = rows.slice(0, perPage).map(toItem)
      return { items, count, ...links(request, items, rows.length > perPage, false) }
    })
  })
}

async function laterPage<C extends Columns, S extends Study>(
  db: Db,
  columns: C,
  toItem: (row: RowOf<C>) => S,
  request: StudyListRequest,
  count: number,
): Promise<Page<S>> {
  const { filter, perPage, cursor } = request
  const offset = cursor ? 0 : ((request.page ?? 1) - 1) * perPage
  if (offset > 0 && offset >= count)
    return { items: [], count, next: undefined, prev: count > 0 ? end(request.order) : undefined }
  const backwards = cursor?.direction === 'before'
  const order = backwards ? opposite(request.order) : request.order
  const begin = cursor ? { filter, beyond: cursor } : await skip(db, filter, offset, order)
  const rows = await rowsMatching(db, columns, { ...begin, order, limit: perPage + 1 })
  const items = rows.slice(0, perPage).map(toItem)
  if (backwards) items.reverse()
  const more = rows.length > perPage
  const behind = cursor ? await reachesBack(db, request, items, cursor) : offset > 0
  return { items, count, ...links(request, items, backwards ? behind : more, backwards ? more : behind) }
}

/** Old clients request pages by number. For everyone's list, the counters locate the page; other lists have few records to skip. */
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

/** Whether there are records on the side from which the cursor came. */
async function reachesBack(
  db: Db,
  { filter, order }: StudyListRequest,
  items: Study[],
  cursor: Cursor,
): Promise<boolean> {
  const walked = cursor.direction === 'before' ? opposite(order) : order
  const nearest = cursor.direction === 'before' ? items.at(-1) : items[0]
  const edge = nearest ?? { startedAt: cursor.startedAt, id: cursor.id + (walked === 'asc' ? 1 : -1) }
  const rows = await rowsMatching(db, 'published', { filter, beyond: edge, order: opposite(walked), limit: 1 })
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

/** The position after the last record. */
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
