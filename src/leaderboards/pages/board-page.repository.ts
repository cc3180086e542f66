import type { AccountId } from '../../accounts/account.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Db } from '../../storage/storage.ts'
import { countStudents, findStanding } from '../board-counter.repository.ts'
import type { BoardId } from '../board-period.ts'
import type { BoardCursor } from './board-cursor.ts'
import { type BoardEntry, type BoardPosition, findEntries } from './board-entry.repository.ts'
import { rankRows } from './board-rank.ts'

export type BoardRow = BoardEntry & { rank: number }

export interface BoardPage {
  rows: BoardRow[]
  /** The number of students on the whole board. */
  count: number
  next: BoardCursor | undefined
  prev: BoardCursor | undefined
}

export interface BoardPageRequest {
  period: BoardId
  perPage: number
  cursor: BoardCursor | undefined
}

/** One page, most seconds first. The cost does not depend on its position on the board. */
export function pageBoard(db: Db, { period, perPage, cursor }: BoardPageRequest): MaybePromise<BoardPage> {
  return andThen(countStudents(db, period), (count) => {
    if (cursor) return laterPage(db, { period, perPage, cursor }, count)
    return andThen(findEntries(db, { period, direction: 'down', limit: perPage + 1 }), (entries) => {
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
  const found = await findEntries(db, { period, beyond: cursor, direction, limit: perPage + 1 })
  const entries = found.slice(0, perPage)
  const more = found.length > perPage
  const behind = await hasEntryBehind(db, period, cursor, entries[0])
  if (direction === 'up') entries.reverse()
  const [first, last] = [entries[0] ?? adjacent(cursor, -1), entries.at(-1) ?? adjacent(cursor, 1)]
  const [hasNext, hasPrev] = direction === 'down' ? [more, behind] : [behind, more]
  return {
    rows: rankRows(entries, await findStanding(db, period, first.seconds)),
    count,
    next: hasNext ? cursorAt('after', last) : undefined,
    prev: hasPrev ? cursorAt('before', first) : undefined,
  }
}

/** Whether there are entries on the side that the cursor came from. `nearest` is the page's entry on that side. */
async function hasEntryBehind(
  db: Db,
  period: BoardId,
  cursor: BoardCursor,
  nearest: BoardPosition | undefined,
): Promise<boolean> {
  const down = cursor.direction === 'after'
  const beyond = nearest ?? adjacent(cursor, down ? -1 : 1)
  const behind = await findEntries(db, { period, beyond, direction: down ? 'up' : 'down', limit: 1 })
  return behind.length > 0
}

function cursorAt(direction: BoardCursor['direction'], { seconds, accountId }: BoardPosition): BoardCursor {
  return { direction, seconds, accountId }
}

/** The position right before or after the cursor, so that the links of an empty page include the cursor's own entry. */
function adjacent({ seconds, accountId }: BoardPosition, step: 1 | -1): BoardPosition {
  return { seconds, accountId: (accountId + step) as AccountId }
}
