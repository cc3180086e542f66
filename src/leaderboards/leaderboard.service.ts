import type { AccountId } from '../accounts/account.ts'
import type { CampusCalendar, CampusDay, Term } from '../shared/campus-calendar.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Storage } from '../storage/storage.ts'
import { createPageCache } from '../studies/list/page-cache.ts'
import { findStanding } from './board-counter.repository.ts'
import { type BoardKind, type BoardPeriod, periodContaining } from './board-period.ts'
import { findOwnTotal } from './board-version.repository.ts'
import { createBoardCursors } from './pages/board-cursor.ts'
import { type BoardRow, pageBoard } from './pages/board-page.repository.ts'

/** Only totals may be this old: a change of visibility invalidates cached pages at once. */
const maxPageAgeSeconds = 3

export interface LeaderboardServiceDeps {
  storage: Storage
  clock: Clock
  calendar: CampusCalendar
  terms: readonly Term[]
  /** Seals cursors. */
  key: Buffer
}

export type LeaderboardService = ReturnType<typeof createLeaderboardService>

/** A page with its cursors encoded. */
export interface WrittenBoardPage {
  rows: BoardRow[]
  count: number
  next: string | undefined
  prev: string | undefined
}

/** The caller's own rank. Undefined without seconds on the board, and for a hidden account. */
export interface OwnRank {
  rank: number | undefined
  seconds: number
}

interface BoardRequest {
  caller: AccountId
  perPage: number
  cursor: string | undefined
  origin: string
  write: (page: WrittenBoardPage) => string
}

export function createLeaderboardService({ storage, clock, calendar, terms, key }: LeaderboardServiceDeps) {
  const cursors = createBoardCursors(key)
  const pages = createPageCache()

  /** @param day today by default @throws DomainError `no-term`, `bad-query` for a day after the year 9999 */
  function getPeriod(kind: BoardKind, day: CampusDay = calendar.dayOf(clock.now())): BoardPeriod {
    const period = periodContaining(kind, day, terms)
    if (period === undefined)
      throw kind === 'term' ? new DomainError('no-term') : new DomainError('bad-query', { parameter: 'date' })
    return period
  }

  /**
   * Returns a page as text, which may be some seconds old, and the caller's current rank.
   * @throws DomainError `bad-cursor`
   */
  function writeBoard(period: BoardPeriod, request: BoardRequest): MaybePromise<{ text: string; own: OwnRank }> {
    return andThen(findOwnTotal(storage.db, request.caller, period.id), ({ seconds, version }) => {
      const own = seconds > 0 ? rankOf(period, seconds) : { rank: undefined, seconds: 0 }
      return andThen(own, (own) => andThen(writePage(period, request, version), (text) => ({ text, own })))
    })
  }

  function rankOf({ id }: BoardPeriod, seconds: number): MaybePromise<OwnRank> {
    return andThen(findStanding(storage.db, id, seconds), ({ above }) => ({ rank: above + 1, seconds }))
  }

  function writePage(
    { id, last }: BoardPeriod,
    { perPage, cursor, origin, write }: BoardRequest,
    version: number,
  ): MaybePromise<string> {
    const [name, now] = [`${id} ${last} ${perPage} ${cursor}`, clock.now()]
    const cached = pages.get(name, origin, version, now)
    if (cached !== undefined) return cached
    const position = cursor === undefined ? undefined : cursors.decode(id, cursor)
    return andThen(pageBoard(storage.db, { period: id, perPage, cursor: position }), ({ next, prev, ...page }) => {
      const encode = (cursor: typeof next) => cursor && cursors.encode(id, cursor)
      const text = write({ ...page, next: encode(next), prev: encode(prev) })
      pages.set(name, { version, origin, text }, now, now + maxPageAgeSeconds)
      return text
    })
  }

  return { getPeriod, writeBoard }
}
