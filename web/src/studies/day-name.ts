import { messages } from '../messages/messages.ts'
import { addDays } from '../time/campus-day.ts'
import { monthAndDay } from '../time/format.ts'

/** A day as one says it: today, yesterday, or its date. */
export function dayName(day: string, today: string): string {
  if (day === today) return messages.value.today
  if (day === addDays(today, -1)) return messages.value.yesterday
  const { month, date } = monthAndDay(day)
  return messages.value.monthDay(month, date)
}
