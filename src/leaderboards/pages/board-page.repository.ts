import type { AccountId } from '../../accounts/account.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Db } from '../../storage/storage.ts'
import { countOn, standingOf } from '../board-counter.repository.ts'
import type { BoardId } from '../board-period.ts'
import type { BoardCursor } from './board-cursor.ts'
import { type BoardEntry, type BoardPlace, entriesOf } from './board-entry.repository.ts'
import { rankRows } from './board-rank.ts'

export type BoardRow = BoardEntry & { rank: number }

export interface BoardPage {
  rows: BoardRow[]
  /** The students on the whole board. */
  count: number
  next: BoardCursor | undefined
  prev: BoardCursor | undefined
}

export interface BoardPageRequest {
  period: BoardId
  perPage: number
  cursor: BoardCursor | undefined
}

/** One page, most seconds first. Every page costs the same, wherever it is on the board. */
export function pageBoard(db: Db, { period, perPage, cursor }: BoardPageRequest): MaybePromise<BoardPage> {
  return andThen(countOn(db, period), (count) => {
    if (cursor) return laterPage(db, { period, perPage, cursor }, count)
    return andThen(entriesOf(db, { period, direction: 'down', limit: perPage + 1 }), (entries) => {
      const rows = rankRows(entries.slice(0, perPage), { above: 0, equal: 0 })
      const last = rows.at(-1)
      return {
        rows,
        count,
        next: last && entries.length > perPage ? cursorAt('after', last) : undefined,
        prev: undefined,
      }
    })
  })
}

async function laterPage(
  db: Db,
  { period, perPage, cursor }: BoardPageRequest & { cursor: BoardCursor },
  count: number,
): Promise<BoardPage> {
  const direction = cursor.direction === 'after' ? 'down' : 'up'
  const found = await entriesOf(db, { period, beyond: cursor, direction, limit: perPage + 1 })
  const entries = found.slice(0, perPage)
  const more = found.length > perPage
  const behind = await hasEntryBehind(db, period, cursor, entries[0])
  if (direction === 'up') entries.reverse()
  const [first, last] = [entries[0] ?? beside(cursor, -1), entries.at(-1) ?? beside(cursor, 1)]
  const [hasNext, hasPrev] = direction === 'down' ? [more, behind] : [behind, more]
  return {
    rows: rankRows(entries, await standingOf(db, period, first.seconds)),
    count,
    next: hasNext ? cursorAt('after', last) : undefined,
    prev: hasPrev ? cursorAt('before', first) : undefined,
  }
}

/** Whether there are entries on the side from which the cursor came. `nearest` is the page's entry next to it. */
async function hasEntryBehind(
  db: Db,
  period: BoardId,
  cursor: BoardCursor,
  nearest: BoardPlace | undefined,
): Promise<boolean> {
  const down = cursor.direction === 'after'
  const beyond = nearest ?? beside(cursor, down ? -1 : 1)
  const behind = await entriesOf(db, { period, beyond, direction: down ? 'up' : 'down', limit: 1 })
  return behind.length > 0
}

function cursorAt(direction: BoardCursor['direction'], { seconds, accountId }: BoardPlace): BoardCursor {
  return { direction, seconds, accountId }
}

/** The place right before or after the cursor's, so that an empty page links to what the cursor's own entry is on. */
function beside({ seconds, accountId }: BoardPlace, step: 1 | -1): BoardPlace {
  return { seconds, accountId: (accountId + step) as AccountId }
}
