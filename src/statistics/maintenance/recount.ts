import type { CampusDay } from '../../shared/campus-calendar.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { StudyInterval } from '../daily-totals/attribution.ts'
import { type DayTotals, emptyDay } from '../daily-totals/day-totals.ts'

/** No clock is changed within a quarter of an hour of UTC. */
const step = 900
const mostKept = 200_000

export type LocalClock = (at: EpochSeconds) => { day: CampusDay; hour: number }

/** Asks the time zone's rules for every quarter of an hour. */
export function createLocalClock(timezone: string): LocalClock {
  const kept = new Map<number, { day: CampusDay; hour: number }>()
  const epoch = Temporal.PlainDate.from('1970-01-01')
  return (at) => {
    const quarter = Math.floor(at / step)
    const known = kept.get(quarter)
    if (known) return known
    const local = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timezone)
    const found = { day: epoch.until(local.toPlainDate()).days as CampusDay, hour: local.hour }
    if (kept.size >= mostKept) kept.clear()
    kept.set(quarter, found)
    return found
  }
}

/**
 * The totals of these records, found in another way than the service finds them: from one moment at which anything
 * begins or ends to the next, in quarters of an hour at most, each asked for its local day and hour.
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
    if (active.length > 0) addStretch(days, { from, to, active }, clock)
  }
  return days
}

interface Stretch {
  from: EpochSeconds
  to: EpochSeconds
  active: readonly StudyInterval[]
}

function addStretch(days: Map<CampusDay, DayTotals>, { from, to, active }: Stretch, clock: LocalClock): void {
  const owner = active.reduce((one, other) => (isBefore(other, one) ? other : one))
  const subject = owner.subject ?? null
  const seen = active.some((interval) => interval.seen && interval.seen.from <= from && interval.seen.to >= to)
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / step) + 1) * step)
    const { day, hour } = clock(at)
    const of = days.get(day) ?? emptyDay(day)
    days.set(day, of)
    of.seconds += end - at
    if (seen) of.seenSeconds += end - at
    of.hours[hour] = (of.hours[hour] ?? 0) + end - at
    of.subjects.set(subject, (of.subjects.get(subject) ?? 0) + end - at)
    at = end
  }
}

function isBefore(one: StudyInterval, other: StudyInterval): boolean {
  return one.from < other.from || (one.from === other.from && one.id < other.id)
}
