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

/** @param days the days with study; days outside the window are ignored */
export function summaryOf({ from, to }: DayWindow, days: readonly DayTotals[]) {
  const byDay = new Map(days.map((day) => [day.day, day]))
  const listed: Statistics['days'] = []
  const hours = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))
  const subjects: DayTotals['subjects'] = new Map()
  let totalSeconds = 0
  for (let day = from; day <= to; day = (day + 1) as CampusDay) {
    const found = byDay.get(day)
    listed.push({ day, seconds: found?.seconds ?? 0 })
    if (found === undefined) continue
    totalSeconds += found.seconds
    const ofWeekday = hours[weekdayOf(day)] ?? []
    for (let hour = 0; hour < 24; hour += 1) ofWeekday[hour] = (ofWeekday[hour] ?? 0) + (found.hours[hour] ?? 0)
    for (const [subject, seconds] of found.subjects) subjects.set(subject, (subjects.get(subject) ?? 0) + seconds)
  }
  const averageSeconds = Math.floor(totalSeconds / listed.length)
  return { days: listed, totalSeconds, averageSeconds, hours, subjects: bySeconds(subjects) }
}

function bySeconds(subjects: DayTotals['subjects']): Statistics['subjects'] {
  return [...subjects]
    .map(([subject, seconds]) => ({ subject, seconds }))
    .sort((a, b) => b.seconds - a.seconds || ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1))
}
