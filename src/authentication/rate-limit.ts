import { clockSkew, type EpochSeconds } from '../shared/clock.ts'
import type { ErrorCode } from '../shared/errors.ts'

/** So many tries in a window of time. */
export interface RateLimit {
  /** Visible ASCII: the headers of a refusal name it. */
  name: string
  points: number
  /** Seconds that the window lasts: from its first try, or from its latest where waits grow. */
  duration: number
  /** Where waits grow: seconds to wait once the points are spent. Each try that is made then doubles them, up to `duration`. */
  firstWait?: number
  /** Counts a try once it was wrong, not when it is booked: many at once who are right are no reason to refuse anyone. */
  afterwards?: boolean
  /** In place of `too-many-requests`, and before it. Of `school-try-under-way`, nobody is told to wait longer than a few seconds. */
  refusal?: 'challenge-invalid' | 'school-try-under-way'
  /** Holds under `THROTTLE=off` too. */
  always?: boolean
}

/** A try, as it counts for somebody: an account, an address. */
export interface Charge {
  limit: RateLimit
  who: string
}

export interface RateLimitState {
  points: number
  expiresAt: EpochSeconds
}

export interface Refusal {
  limit: RateLimit
  waitSeconds: number
}

/** What is left of a limit, as an answer tells it. */
export interface Standing {
  limit: RateLimit
  remaining: number
  resetSeconds: number
}

/** The window, where one is open. One that ends later than any of now could was opened by a clock that was ahead, and is void. */
export function openWindow(
  { duration }: RateLimit,
  state: RateLimitState | undefined,
  now: EpochSeconds,
): RateLimitState | undefined {
  const isOpen = state !== undefined && state.expiresAt > now && state.expiresAt <= now + duration + clockSkew
  return isOpen ? state : undefined
}

/** Seconds until another try may be made: 0 where it may be made now. */
export function waitSeconds(limit: RateLimit, state: RateLimitState | undefined, now: EpochSeconds): number {
  const open = openWindow(limit, state, now)
  if (open === undefined || open.points < limit.points) return 0
  if (limit.firstWait === undefined) return open.expiresAt - now
  const latestTry = open.expiresAt - limit.duration
  const wait = Math.min(limit.firstWait * 2 ** (open.points - limit.points), limit.duration)
  return Math.max(0, latestTry + wait - now)
}

/** The window after one more try. */
export function afterTry(limit: RateLimit, state: RateLimitState | undefined, now: EpochSeconds): RateLimitState {
  const open = openWindow(limit, state, now)
  const isFixed = open !== undefined && limit.firstWait === undefined
  return { points: (open?.points ?? 0) + 1, expiresAt: isFixed ? open.expiresAt : now + limit.duration }
}

/** The window after a try was given back; undefined where there is none to give back. */
export function withoutTry(
  limit: RateLimit,
  state: RateLimitState | undefined,
  now: EpochSeconds,
): RateLimitState | undefined {
  const open = openWindow(limit, state, now)
  return open && open.points > 0 ? { ...open, points: open.points - 1 } : undefined
}

/** The refusal that is told: one with words of its own first, then the longest wait. */
export function strictest(refusals: readonly Refusal[]): Refusal | undefined {
  const own = refusals.find(({ limit }) => limit.refusal !== undefined)
  return own ?? refusals.toSorted((one, other) => other.waitSeconds - one.waitSeconds)[0]
}

const longestBusySeconds = 3

/** How a refusal is told. */
export function refusalDetails({ limit, waitSeconds }: Refusal): {
  code: ErrorCode
  retryAfterSeconds: number
} {
  const code = limit.refusal ?? 'too-many-requests'
  const seconds = Math.max(1, waitSeconds)
  return { code, retryAfterSeconds: limit.refusal ? Math.min(longestBusySeconds, seconds) : seconds }
}
