import { messages } from '../messages/messages.ts'
import { dayInWords } from '../studies/day-name.ts'
import { monthAndDay } from '../time/format.ts'
import type { Period, PeriodKind, Term } from './period.ts'

/** A period as one says it. The year is said where it isn't the running one. */
export function periodName(
  { kind, period, today }: { kind: PeriodKind; period: Period; today: string },
  terms: readonly Term[],
): string {
  if (kind === 'month')
    return messages.value.yearAndMonth(Number(period.from.slice(0, 4)), monthAndDay(period.from).month)
  const days = daysInWords(period, today)
  const term = kind === 'term' ? terms.find(({ from }) => from === period.from) : undefined
  return term ? `${term.name} · ${days}` : days
}

export function daysInWords({ from, to }: Period, today: string): string {
  if (from === to) return dayInWords(from, today)
  return messages.value.dayRange(dayInWords(from, today), dayInWords(to, today))
}
