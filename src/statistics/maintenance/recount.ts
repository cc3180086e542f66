import type { CampusDay } from '../../shared/campus-calendar.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { StudyInterval } from '../daily-totals/attribution.ts'
import { type DayTotals, emptyDay } from '../daily-totals/day-totals.ts'

/** Clocks change only at quarter hours of UTC. */
const quarterSeconds = 900
const maxCachedQuarters = 200_000

export type LocalClock = (at: EpochSeconds) => { day: CampusDay; hour: number }

/** Looks up the local time of every quarter hour separately. */
export function createLocalClock(timezone: string): LocalClock {
  const cache = new Map<number, { day: CampusDay; hour: number }>()
  const epoch = Temporal.PlainDate.from('1970-01-01')
  return (at) => {
    const quarter = Math.floor(at / quarterSeconds)
    const cached = cache.get(quarter)
    if (cached) return cached
    const local = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timezone)
    const found = { day: epoch.until(local.toPlainDate()).days as CampusDay, hour: local.hour }
    if (cache.size >= maxCachedQuarters) cache.clear()
    cache.set(quarter, found)
    return found
  }
}

/**
 * The totals of these records, computed by another method than the service's: the time between consecutive starts and
 * ends is cut at quarter hours, and the local day and hour of each piece are looked up.
 */
export function recount(intervals: readonly StudyInterval[], clock: LocalClock): Map<CampusDay, DayTotals> {
  const days = new Map<CampusDay, DayTotals>()
  const moments = intervals.flatMap(({ from, to, seen }) => [from, to, ...(seen ? [seen.from, seen.to] : [])])
  const sorted = [...new Set(moments)].sort((a, b) => a - b)
  const waiting = [...intervals].sort((a, b) => b.from - a.from)
  let active: StudyInterval[] = []
  for (const [index, from] of sorted.entries()) {
    const to = sorted[index + 1] ?? from
    active = active.filter((interval) => interval.to > from)
    for (let next = waiting.at(-1); next && next.from <= from; next = waiting.at(-1)) {
      if (next.to > from) active.push(next)
      waiting.pop()
    }
    if (active.length > 0) addRange(days, { from, to, active }, clock)
  }
  return days
}

interface Range {
  from: EpochSeconds
  to: EpochSeconds
  active: readonly StudyInterval[]
}

function addRange(days: Map<CampusDay, DayTotals>, { from, to, active }: Range, clock: LocalClock): void {
  const owner = active.reduce((one, other) => (isBefore(other, one) ? other : one))
  const subject = owner.subject ?? null
  const seen = active.some((interval) => interval.seen && interval.seen.from <= from && interval.seen.to >= to)
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / quarterSeconds) + 1) * quarterSeconds)
    const { day, hour } = clock(at)
    const total = days.get(day) ?? emptyDay(day)
    days.set(day, total)
    total.seconds += end - at
    if (seen) total.seenSeconds += end - at
    total.hours[hour] = (total.hours[hour] ?? 0) + end - at
    total.subjects.set(subject, (total.subjects.get(subject) ?? 0) + end - at)
    at = end
  }
}

function isBefore(one: StudyInterval, other: StudyInterval): boolean {
  return one.from < other.from || (one.from === other.from && one.id < other.id)
}
