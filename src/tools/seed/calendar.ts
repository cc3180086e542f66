import type { EpochSeconds } from '../../shared/clock.ts'
import { dayOf, type SeedPlan, startOfDay } from './plan.ts'

export interface CampusDay {
  /** The part of the day that belongs to the plan: from inclusive, until exclusive. */
  from: EpochSeconds
  until: EpochSeconds
  /** Its first second. The timetable is relative to it. */
  midnight: EpochSeconds
  /** The number of records that start on it. */
  records: number
  /** The number of students who have an account by then. */
  enrolled: number
}

/** Seasons as [first day, last day, weight], with month and day as one number. The first match counts. */
const seasons: readonly [number, number, number][] = [
  [101, 119, 2.2], // exams of the autumn term
  [120, 220, 0.06], // winter holidays
  [420, 430, 1.4], // midterms
  [501, 505, 0.4], // Labour Day
  [620, 709, 2.2], // exams of the spring term
  [710, 831, 0.1], // summer holidays
  [1001, 1007, 0.25], // National Day
  [1110, 1120, 1.4], // midterms
]

/** How busy the reading rooms are on a day. 1 is a school day in term time. */
function busyness(day: Temporal.PlainDate): number {
  const date = day.month * 100 + day.day
  const season = seasons.find(([first, last]) => date >= first && date <= last)?.[2] ?? 1
  return season * (day.dayOfWeek === 6 ? 0.7 : day.dayOfWeek === 7 ? 0.85 : 1)
}

/** The plan's days in order. Their records add up to the plan's total. */
export function campusDays(plan: SeedPlan): CampusDay[] {
  const { from, until, timezone, records } = plan
  const spans: (Omit<CampusDay, 'records' | 'enrolled'> & { date: Temporal.PlainDate; weight: number })[] = []
  for (let date = dayOf(from, timezone); ; date = date.add({ days: 1 })) {
    const midnight = startOfDay(date, timezone)
    if (midnight >= until) break
    const span = { from: Math.max(from, midnight), until: Math.min(until, startOfDay(date.add({ days: 1 }), timezone)) }
    const weight = (busyness(date) * (span.until - span.from)) / 86_400
    spans.push({ ...span, midnight, date, weight })
  }
  const total = spans.reduce((sum, { weight }) => sum + weight, 0)
  const intake = enrolment(plan)
  let weighed = 0
  let given = 0
  return spans.map(({ date, weight, ...span }) => {
    weighed += weight
    // Rounding the running sum instead of each day keeps the total exact.
    const due = Math.round((records * weighed) / total)
    const share = due - given
    given = due
    return { ...span, records: share, enrolled: intake(date) }
  })
}

/** Half of the students have an account from the first day. The others join in equal parts each September. */
function enrolment({ students, from, until, timezone }: SeedPlan): (day: Temporal.PlainDate) => number {
  const first = dayOf(from, timezone)
  const intakes: Temporal.PlainDate[] = []
  for (let year = first.year; year <= dayOf(until - 1, timezone).year; year++) {
    const intake = Temporal.PlainDate.from({ year, month: 9, day: 1 })
    if (Temporal.PlainDate.compare(intake, first) > 0 && startOfDay(intake, timezone) < until) intakes.push(intake)
  }
  const initial = intakes.length === 0 ? students : Math.ceil(students / 2)
  return (day) => {
    const joined = intakes.filter((intake) => Temporal.PlainDate.compare(intake, day) <= 0).length
    return intakes.length === 0 ? students : initial + Math.floor(((students - initial) * joined) / intakes.length)
  }
}
