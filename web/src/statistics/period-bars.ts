import { messages } from '../messages/messages.ts'
import { dayName } from '../studies/day-name.ts'
import type { DayTime } from '../studies/week.ts'
import { addDays, daysBetween, weekdayOf } from '../time/campus-day.ts'
import { monthAndDay } from '../time/format.ts'
import { lengthInWords } from '../time/length.ts'
import type { Period, PeriodKind } from './period.ts'

export interface PeriodBar {
  key: string
  /** Under the bar, if there is room. */
  label: string | undefined
  seconds: number
  /** The accessible name of the bar. */
  text: string
  /** The link. Undefined for future days. */
  path: string | undefined
  isMarked: boolean
}

export interface ShownPeriod {
  kind: PeriodKind
  period: Period
  today: string
}

/** One bar per day, or per week for a term. */
export function barsOf(shown: ShownPeriod, days: readonly DayTime[]): PeriodBar[] {
  const seconds = new Map(days.map((each) => [each.day, each.seconds]))
  return shown.kind === 'term' ? weekBars(shown, seconds) : dayBars(shown, seconds)
}

function dayBars({ kind, period, today }: ShownPeriod, seconds: ReadonlyMap<string, number>): PeriodBar[] {
  return daysOf(period).map((day, at) => {
    const label = kind === 'week' ? messages.value.weekdays[weekdayOf(day)] : at % 7 === 0 ? String(at + 1) : undefined
    const time = seconds.get(day) ?? 0
    const text = messages.value.barText(dayName(day, today), lengthInWords(time))
    const path = day <= today ? `/day/${day}` : undefined
    return { key: day, label, seconds: time, text, path, isMarked: day === today }
  })
}

function weekBars({ period, today }: ShownPeriod, seconds: ReadonlyMap<string, number>): PeriodBar[] {
  const mondays = daysOf({ from: addDays(period.from, -weekdayOf(period.from)), to: period.to }).filter(
    (_, at) => at % 7 === 0,
  )
  return mondays.map((monday, at) => {
    const time = daysOf({ from: monday, to: addDays(monday, 6) }).reduce((sum, day) => sum + (seconds.get(day) ?? 0), 0)
    const { month, date } = monthAndDay(monday)
    const week = messages.value.weekFrom(messages.value.monthDay(month, date))
    const text = messages.value.barText(week, lengthInWords(time))
    const path = monday <= today ? `/statistics?by=week&day=${monday}` : undefined
    const isMarked = monday <= today && today <= addDays(monday, 6)
    return { key: monday, label: at % 5 === 0 ? `${month}/${date}` : undefined, seconds: time, text, path, isMarked }
  })
}

function daysOf({ from, to }: Period): string[] {
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, at) => addDays(from, at))
}
