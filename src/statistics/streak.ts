import type { CampusDay } from '../shared/campus-calendar.ts'

/** Lengths in days. */
export interface Streak {
  current: number
  longest: number
  /** Whether today counts already. */
  today: boolean
}

/** @param days the days that count, in order. If today does not count yet, the current streak still goes on. */
export function streakOf(days: readonly CampusDay[], today: CampusDay): Streak {
  let longest = 0
  let length = 0
  let current = 0
  let last: CampusDay | undefined
  for (const day of days) {
    length = last !== undefined && day === last + 1 ? length + 1 : 1
    last = day
    longest = Math.max(longest, length)
    if (day === today || day === today - 1) current = length
  }
  return { current, longest, today: days.includes(today) }
}
