import type { AccountId } from '../accounts/account.ts'
import type { CampusCalendar, CampusDay, Term } from '../shared/campus-calendar.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Storage } from '../storage/storage.ts'
import { createPageCache } from '../studies/list/page-cache.ts'
import { standingOf } from './board-counter.repository.ts'
import { type BoardKind, type BoardPeriod, periodHolding } from './board-period.ts'
import { findOwnTotal } from './board-version.repository.ts'
import { createBoardCursors } from './pages/board-cursor.ts'
import { type BoardRow, pageBoard } from './pages/board-page.repository.ts'

/** In seconds. A change of who may be named voids cached pages at once, so that only totals are so old. */
const pageLifetime = 3

export interface LeaderboardServiceDeps {
  storage: Storage
  clock: Clock
  calendar: CampusCalendar
  terms: readonly Term[]
  /** Seals cursors. */
  key: Buffer
}

export type LeaderboardService = ReturnType<typeof createLeaderboardService>

/** A page whose cursors are texts. */
export interface WrittenBoardPage {
  rows: BoardRow[]
  count: number
  next: string | undefined
  prev: string | undefined
}

/** The rank is undefined for who is not on the board: without seconds, or hidden. */
export interface OwnPlace {
  rank: number | undefined
  seconds: number
}

interface BoardText {
  caller: AccountId
  perPage: number
  cursor: string | undefined
  origin: string
  write: (page: WrittenBoardPage) => string
}

export function createLeaderboardService({ storage, clock, calendar, terms, key }: LeaderboardServiceDeps) {
  const cursors = createBoardCursors(key)
  const pages = createPageCache()

  /** @param day today by default @throws DomainError `no-term`, `bad-query` for a day near the end of time */
  function getPeriod(kind: BoardKind, day: CampusDay = calendar.dayOf(clock.now())): BoardPeriod {
    const period = periodHolding(kind, day, terms)
    if (period === undefined)
      throw kind === 'term' ? new DomainError('no-term') : new DomainError('bad-query', { parameter: 'date' })
    return period
  }

  /**
   * Returns a page as `write` makes it, which may be some seconds old, and the caller's place as it is now.
   * @throws DomainError `bad-cursor`
   */
  function writeBoard(period: BoardPeriod, request: BoardText): MaybePromise<{ text: string; own: OwnPlace }> {
    return andThen(findOwnTotal(storage.db, request.caller, period.id), ({ seconds, version }) => {
      const own = seconds > 0 ? placeOf(period, seconds) : { rank: undefined, seconds: 0 }
      return andThen(own, (own) => andThen(writePage(period, request, version), (text) => ({ text, own })))
    })
  }

  function placeOf({ id }: BoardPeriod, seconds: number): MaybePromise<OwnPlace> {
    return andThen(standingOf(storage.db, id, seconds), ({ above }) => ({ rank: above + 1, seconds }))
  }

  function writePage(
    { id, last }: BoardPeriod,
    { perPage, cursor, origin, write }: BoardText,
    version: number,
  ): MaybePromise<string> {
    const [name, now] = [`${id} ${last} ${perPage} ${cursor}`, clock.now()]
    const kept = pages.recall(name, origin, version, now)
    if (kept !== undefined) return kept
    const place = cursor === undefined ? undefined : cursors.decode(id, cursor)
    return andThen(pageBoard(storage.db, { period: id, perPage, cursor: place }), ({ next, prev, ...page }) => {
      const encode = (at: typeof next) => at && cursors.encode(id, at)
      const text = write({ ...page, next: encode(next), prev: encode(prev) })
      pages.keep(name, { version, origin, text }, now, now + pageLifetime)
      return text
    })
  }

  return { getPeriod, writeBoard }
}
