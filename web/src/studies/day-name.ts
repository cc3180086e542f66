import { messages } from '../messages/messages.ts'
import { addDays } from '../time/campus-day.ts'
import { monthAndDay } from '../time/format.ts'

/** The name of a day: today, yesterday, or its date. */
export function dayName(day: string, today: string): string {
  if (day === today) return messages.value.today
  if (day === addDays(today, -1)) return messages.value.yesterday
  return dayInWords(day, today)
}

/** The date, with the year unless that is the current one. */
export function dayInWords(day: string, today: string): string {
  const { month, date } = monthAndDay(day)
  const text = messages.value.monthDay(month, date)
  return day.slice(0, 4) === today.slice(0, 4) ? text : messages.value.yearAndDay(Number(day.slice(0, 4)), text)
}
