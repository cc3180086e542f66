import { type CampusDay, weekdayOf } from '../shared/campus-calendar.ts'
import { DomainError } from '../shared/errors.ts'
import type { DayTotals } from './daily-totals/day-totals.ts'
import type { Streak } from './streak.ts'

/** Campus days, both included. */
export interface DayWindow {
  from: CampusDay
  to: CampusDay
}

export interface Statistics extends DayWindow {
  timezone: string
  /** Every day of the window. */
  days: { day: CampusDay; seconds: number }[]
  totalSeconds: number
  /** The mean over all days of the window, rounded down. */
  averageSeconds: number
  /** The longest record, counting only its time in the window. */
  longestSeconds: number
  streak: Streak
  /** By weekday, Monday first, and local hour. */
  hours: number[][]
  /** Most seconds first. */
  subjects: { subject: string | null; seconds: number }[]
}

const defaultWindowDays = 7
const maxWindowDays = 400

/** @throws DomainError `range-reversed`, `window-too-long` */
export function windowOf(requested: Partial<DayWindow>, today: CampusDay): DayWindow {
  const to = requested.to ?? (Math.max(today, requested.from ?? today) as CampusDay)
  const from = requested.from ?? ((to - defaultWindowDays + 1) as CampusDay)
  if (to < from) throw new DomainError('range-reversed')
  if (to - from >= maxWindowDays) throw new DomainError('window-too-long')
  return { from, to }
}

type Summary = Pick<Statistics, 'days' | 'totalSeconds' | 'averageSeconds' | 'hours' | 'subjects'>

/**
 * Adds up days with study, in any order. Days outside the window do not count.
 * @param base a summary of the same window, to which the days are added
 */
export function summaryOf(window: DayWindow, days: readonly DayTotals[], base = emptySummary(window)): Summary {
  const listed = [...base.days]
  const hours = base.hours.map((ofWeekday) => [...ofWeekday])
  const subjects = new Map(base.subjects.map(({ subject, seconds }) => [subject, seconds]))
  let { totalSeconds } = base
  for (const { day, ...totals } of days) {
    const known = listed[day - window.from]
    if (known === undefined) continue
    listed[day - window.from] = { day, seconds: known.seconds + totals.seconds }
    totalSeconds += totals.seconds
    const ofWeekday = hours[weekdayOf(day)] ?? []
    for (let hour = 0; hour < 24; hour += 1) ofWeekday[hour] = (ofWeekday[hour] ?? 0) + (totals.hours[hour] ?? 0)
    for (const [subject, seconds] of totals.subjects) subjects.set(subject, (subjects.get(subject) ?? 0) + seconds)
  }
  const averageSeconds = Math.floor(totalSeconds / listed.length)
  return { days: listed, totalSeconds, averageSeconds, hours, subjects: bySeconds(subjects) }
}

function emptySummary({ from, to }: DayWindow): Summary {
  const days = Array.from({ length: to - from + 1 }, (_, index) => ({ day: (from + index) as CampusDay, seconds: 0 }))
  const hours = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))
  return { days, totalSeconds: 0, averageSeconds: 0, hours, subjects: [] }
}

function bySeconds(subjects: DayTotals['subjects']): Statistics['subjects'] {
  return (
    [...subjects]
      .map(([subject, seconds]) => ({ subject, seconds }))
      // A running record that began earlier may take all time from the subject of another.
      .filter(({ seconds }) => seconds !== 0)
      .sort((a, b) => b.seconds - a.seconds || ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1))
  )
}
