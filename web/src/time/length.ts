import { messages } from '../messages/messages.ts'
import { hoursAndMinutes } from './format.ts'

/** A length of time in words. */
export function lengthInWords(seconds: number): string {
  const { hours, minutes } = hoursAndMinutes(seconds)
  if (seconds > 0 && hours + minutes === 0) return messages.value.underAMinute
  return messages.value.duration(hours, minutes)
}
