import type { CampusDay } from '../../shared/campus-calendar.ts'
import { attribute, type Span, type StudyInterval, seenSpans } from './attribution.ts'
import type { DayHours } from './day-hours.ts'

/** The study time of an account on one day, or a difference of it. */
export interface DayTotals {
  day: CampusDay
  seconds: number
  /** Seen by the service. */
  seenSeconds: number
  /** By local hour, 0 to 23. */
  hours: number[]
  /** By subject; `null` for records without one. */
  subjects: Map<string | null, number>
}

export type TotalsByDay = Map<CampusDay, DayTotals>

export const always: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/**
 * Adds (or subtracts, by `sign`) the time of the intervals within the span to the days of `totals`. `intervals` must
 * contain all intervals that overlap the span.
 */
export function addIntervals(
  totals: TotalsByDay,
  intervals: readonly StudyInterval[],
  span: Span,
  hours: DayHours,
  sign: 1 | -1 = 1,
): TotalsByDay {
  for (const segment of attribute(intervals, span))
    for (const { day, hour, from, to } of hours.cut(segment)) {
      const total = totalsOf(totals, day)
      const seconds = sign * (to - from)
      const subject = segment.interval.subject ?? null
      total.seconds += seconds
      total.hours[hour] = (total.hours[hour] ?? 0) + seconds
      total.subjects.set(subject, (total.subjects.get(subject) ?? 0) + seconds)
    }
  for (const seen of seenSpans(intervals, span))
    for (const { day, from, to } of hours.cut(seen)) totalsOf(totals, day).seenSeconds += sign * (to - from)
  return totals
}

function totalsOf(totals: TotalsByDay, day: CampusDay): DayTotals {
  const existing = totals.get(day)
  if (existing) return existing
  const created = emptyDay(day)
  totals.set(day, created)
  return created
}

export function emptyDay(day: CampusDay): DayTotals {
  return { day, seconds: 0, seenSeconds: 0, hours: noHours(), subjects: new Map() }
}

function noHours(): number[] {
  return new Array<number>(24).fill(0)
}

export function addDays(one: DayTotals, other: DayTotals): DayTotals {
  const subjects = new Map(one.subjects)
  for (const [subject, seconds] of other.subjects) subjects.set(subject, (subjects.get(subject) ?? 0) + seconds)
  return {
    day: one.day,
    seconds: one.seconds + other.seconds,
    seenSeconds: one.seenSeconds + other.seenSeconds,
    hours: one.hours.map((seconds, hour) => seconds + (other.hours[hour] ?? 0)),
    subjects: new Map([...subjects].filter(([, seconds]) => seconds !== 0)),
  }
}

export function isZero({ seconds, seenSeconds, hours, subjects }: DayTotals): boolean {
  return [seconds, seenSeconds, ...hours, ...subjects.values()].every((value) => value === 0)
}

/** Whether a value is negative. Then the stored totals did not match the records. */
export function isImpossible({ seconds, seenSeconds, hours, subjects }: DayTotals): boolean {
  return [seconds, seenSeconds, ...hours, ...subjects.values()].some((value) => value < 0)
}

export function hoursText(hours: readonly number[]): string {
  let text = ''
  for (const [hour, seconds] of hours.entries()) if (seconds !== 0) text += `${text && ' '}${hour}:${seconds}`
  return text
}

export function parseHours(text: string): number[] {
  const hours = noHours()
  for (const part of text === '' ? [] : text.split(' ')) {
    const colon = part.indexOf(':')
    hours[Number(part.slice(0, colon))] = Number(part.slice(colon + 1))
  }
  return hours
}

/** The same subjects always give the same text. */
export function subjectsText(subjects: DayTotals['subjects']): string {
  const sorted = [...subjects].sort(([a], [b]) => (a === b ? 0 : a === null || (b !== null && a < b) ? -1 : 1))
  return JSON.stringify(sorted)
}

export function parseSubjects(text: string): DayTotals['subjects'] {
  return new Map(JSON.parse(text) as [string | null, number][])
}
