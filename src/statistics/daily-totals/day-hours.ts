import type { CampusCalendar, CampusDay } from '../../shared/campus-calendar.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { Span } from './attribution.ts'

/** A part of a day that lies in one hour of the local clock, 0 to 23. */
export interface HourPiece extends Span {
  day: CampusDay
  hour: number
}

const secondsPerHour = 3600
/** Four years. */
const maxCachedDays = 1461

export type DayHours = ReturnType<typeof createDayHours>

/**
 * Cuts spans at the beginnings of local hours and days. When the clock is set back, an hour has several pieces; when it is
 * set forward, an hour has none or a shorter one.
 */
export function createDayHours(calendar: CampusCalendar) {
  const cache = new Map<CampusDay, HourPiece[]>()

  function piecesOf(day: CampusDay): HourPiece[] {
    let pieces = cache.get(day)
    if (pieces === undefined) {
      pieces = hoursBetween(day, calendar)
      if (cache.size >= maxCachedDays) cache.clear()
      cache.set(day, pieces)
    }
    return pieces
  }

  function cut({ from, to }: Span): HourPiece[] {
    const found: HourPiece[] = []
    for (let day = calendar.dayOf(from); calendar.startOf(day) < to; day = (day + 1) as CampusDay)
      for (const piece of piecesOf(day)) {
        if (piece.to <= from) continue
        if (piece.from >= to) break
        found.push({ day, hour: piece.hour, from: Math.max(from, piece.from), to: Math.min(to, piece.to) })
      }
    return found
  }

  return { cut }
}

function hoursBetween(day: CampusDay, calendar: CampusCalendar): HourPiece[] {
  const end = calendar.startOf((day + 1) as CampusDay)
  const pieces: HourPiece[] = []
  let from = calendar.startOf(day)
  let change = nextChange(from, calendar.timezone)
  while (from < end) {
    const local = localAt(from, calendar.timezone)
    // Until the next clock change, local hours follow each other.
    for (let { hour } = local, to = from + secondsPerHour - local.secondOfHour; from < end; to += secondsPerHour) {
      const until = Math.min(to, end, change)
      pieces.push({ day, hour, from, to: until })
      from = until
      hour = (hour + 1) % 24
      if (from === change) break
    }
    if (from < end) change = nextChange(from, calendar.timezone)
  }
  return pieces
}

function localAt(at: EpochSeconds, timezone: string) {
  const { hour, minute, second } = zoned(at, timezone)
  return { hour, secondOfHour: minute * 60 + second }
}

function nextChange(at: EpochSeconds, timezone: string): EpochSeconds {
  const next = zoned(at, timezone).getTimeZoneTransition('next')
  return next === null ? Number.POSITIVE_INFINITY : Math.floor(next.epochMilliseconds / 1000)
}

function zoned(at: EpochSeconds, timezone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timezone)
}

/** Identifies the rules of a time zone by its clock changes from 2000 to 2040. */
export function zoneRules(timezone: string): string {
  const changes: string[] = []
  let at = zoned(Date.UTC(2000, 0, 1) / 1000, timezone)
  for (;;) {
    changes.push(`${at.epochMilliseconds / 1000}${at.offset}`)
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.year > 2040) return changes.join()
    at = next
  }
}
