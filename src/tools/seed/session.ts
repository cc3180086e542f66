import type { EpochSeconds } from '../../shared/clock.ts'
import type { CampusDay } from './calendar.ts'
import { between, picker, type Random } from './random.ts'

/** When a session starts, and when its student would end it. */
export interface Session {
  startedAt: EpochSeconds
  endsAt: EpochSeconds
  /** Whether the student forgets to end it. */
  forgotten: boolean
}

/** Parts of the day as [first start, last start, end, weight], in minutes. Nobody studies during lunch or supper. */
const parts: readonly [number, number, number, number][] = [
  [7 * 60 + 30, 11 * 60, 11 * 60 + 50, 26],
  [12 * 60 + 40, 13 * 60 + 40, 14 * 60, 4],
  [13 * 60 + 50, 16 * 60 + 40, 17 * 60 + 30, 27],
  [18 * 60, 21 * 60 + 30, 22 * 60 + 30, 40],
  [22 * 60 + 30, 23 * 60 + 40, 24 * 60, 2],
  [0, 1 * 60, 2 * 60 + 30, 1],
]
const pickPart = picker(parts.map(([, , , weight]) => weight))
const forgottenShare = 0.012
const minSeconds = 5 * 60
const maxTries = 24

/** A plausible session that starts within the part of the day that belongs to the plan. */
export function drawSession(random: Random, day: CampusDay): Session {
  for (let tried = 0; tried < maxTries; tried++) {
    const [first, last, close] = parts[pickPart(random)] as (typeof parts)[number]
    const startedAt = day.midnight + between(random, first * 60, last * 60 - 1)
    if (startedAt >= day.from && startedAt < day.until) return sessionAt(random, startedAt, day.midnight + close * 60)
  }
  // A partial day may contain no part of the timetable.
  const startedAt = between(random, day.from, day.until - 1)
  return sessionAt(random, startedAt, startedAt + 3600)
}

function sessionAt(random: Random, startedAt: EpochSeconds, close: EpochSeconds): Session {
  // The product of two random numbers gives many sessions of half an hour to two hours and a few long ones.
  const wished = minSeconds + Math.floor(random() * random() * 4 * 3600)
  // Most students leave for lunch or at closing time, but not all at the same second.
  const endsAt = Math.max(startedAt + 60, Math.min(startedAt + wished, close + between(random, -300, 300)))
  return { startedAt, endsAt, forgotten: random() < forgottenShare }
}

/** By the last digit of the id: a fifth of the students does half of the studying, another fifth hardly any. */
const pickDigit = picker([25, 25, 7.5, 7.5, 7.5, 7.5, 7.5, 7.5, 2.5, 2.5])

/** One of the accounts 1 to `enrolled`. */
export function drawStudent(random: Random, enrolled: number): number {
  for (;;) {
    const id = Math.floor(random() * Math.ceil(enrolled / 10)) * 10 + pickDigit(random) + 1
    if (id <= enrolled) return id
  }
}
