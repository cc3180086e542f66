import { addDays, weekdayOf } from '../time/campus-day.ts'

export const periodKinds = ['week', 'month', 'term'] as const
export type PeriodKind = (typeof periodKinds)[number]

/** Days of the campus, both included. */
export interface Period {
  from: string
  to: string
}

export interface Term extends Period {
  name: string
}

/** The week (from Monday), month or term that holds the day. Undefined where no term does. */
export function periodContaining(kind: PeriodKind, day: string, terms: readonly Term[]): Period | undefined {
  if (kind === 'term') return terms.find(({ from, to }) => from <= day && day <= to)
  if (kind === 'month') return monthContaining(day)
  const from = addDays(day, -weekdayOf(day))
  return { from, to: addDays(from, 6) }
}

/** The one to begin with: today's, or between two terms the one before. */
export function latestPeriod(kind: PeriodKind, today: string, terms: readonly Term[]): Period | undefined {
  if (kind !== 'term') return periodContaining(kind, today, terms)
  return terms.filter(({ from }) => from <= today).at(-1)
}

/** Undefined where it lies before the first record. */
export function periodBefore(
  kind: PeriodKind,
  { from }: Period,
  { terms, firstDay }: { terms: readonly Term[]; firstDay: string },
): Period | undefined {
  const last =
    kind === 'term' ? terms.filter(({ to }) => to < from).at(-1) : periodContaining(kind, addDays(from, -1), terms)
  return last && last.to >= firstDay ? last : undefined
}

/** Undefined where it lies in the future. */
export function periodAfter(
  kind: PeriodKind,
  { to }: Period,
  { terms, today }: { terms: readonly Term[]; today: string },
): Period | undefined {
  const next = kind === 'term' ? terms.find(({ from }) => from > to) : periodContaining(kind, addDays(to, 1), terms)
  return next && next.from <= today ? next : undefined
}

export function isDay(text: unknown): text is string {
  return typeof text === 'string' && /^(?:19|20)\d{2}-\d{2}-\d{2}$/.test(text) && isInCalendar(text)
}

function monthContaining(day: string): Period {
  const from = `${day.slice(0, 7)}-01`
  const next = `${addDays(from, 31).slice(0, 7)}-01`
  return { from, to: addDays(next, -1) }
}

/** 30 February is none. */
function isInCalendar(day: string): boolean {
  const [, month = 0] = day.split('-').map(Number)
  return month >= 1 && month <= 12 && addDays(day, 0) === day
}
