import { messages } from '../messages/messages.ts'
import { dayInWords } from '../studies/day-name.ts'
import { monthAndDay } from '../time/format.ts'
import type { Period, PeriodKind, Term } from './period.ts'

export interface PeriodName {
  text: string
  /** The days of a term, in addition to its name. */
  days?: string
}

/** The name of a period. It contains the year unless that is the current one. */
export function periodName(
  { kind, period, today }: { kind: PeriodKind; period: Period; today: string },
  terms: readonly Term[],
): PeriodName {
  if (kind === 'month')
    return { text: messages.value.yearAndMonth(Number(period.from.slice(0, 4)), monthAndDay(period.from).month) }
  const days = daysInWords(period, today)
  const term = kind === 'term' ? terms.find(({ from }) => from === period.from) : undefined
  return term ? { text: term.name, days } : { text: days }
}

export function daysInWords({ from, to }: Period, today: string): string {
  if (from === to) return dayInWords(from, today)
  return messages.value.dayRange(dayInWords(from, today), dayInWords(to, today))
}
