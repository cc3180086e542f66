import { clockSkewSeconds, type EpochSeconds } from '../../shared/clock.ts'
import type { ErrorCode } from '../../shared/errors.ts'

/** A number of tries that is allowed in a window of time. */
export interface RateLimit {
  /** Visible ASCII, because the headers of a refusal name it. */
  name: string
  points: number
  /** Length of the window in seconds, from its first try; with `firstWait`, from its latest try. */
  duration: number
  /** Makes waits grow: seconds to wait after `points` tries. Each further try doubles the wait, up to `duration`. */
  firstWait?: number
  /** Counts a try when it has failed, not when it is booked: many concurrent right tries are no reason to refuse anyone. */
  afterwards?: boolean
  /** Error code in place of `too-many-requests`; takes precedence over it. `Retry-After` is then at most a few seconds. */
  refusal?: 'challenge-invalid' | 'school-try-under-way'
  /** Applies even with `THROTTLE=off`. */
  always?: boolean
}

/** One try, counted for an account, an address or the like. */
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

/** What is left of a limit, as responses report it. */
export interface Standing {
  limit: RateLimit
  remaining: number
  resetSeconds: number
}

/**
 * The window, if one is open. A window that ends later than any could that is opened now was opened while the clock was
 * ahead, and is void.
 */
export function openWindow(
  { duration }: RateLimit,
  state: RateLimitState | undefined,
  now: EpochSeconds,
): RateLimitState | undefined {
  const isOpen = state !== undefined && state.expiresAt > now && state.expiresAt <= now + duration + clockSkewSeconds
  return isOpen ? state : undefined
}

/** Seconds until another try is allowed; 0 if it is allowed now. */
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

/** The window after a refund; undefined if there is nothing to refund. */
export function withoutTry(
  limit: RateLimit,
  state: RateLimitState | undefined,
  now: EpochSeconds,
): RateLimitState | undefined {
  const open = openWindow(limit, state, now)
  return open && open.points > 0 ? { ...open, points: open.points - 1 } : undefined
}

/** The refusal to report: one with its own error code first, then the one with the longest wait. */
export function strictest(refusals: readonly Refusal[]): Refusal | undefined {
  const own = refusals.find(({ limit }) => limit.refusal !== undefined)
  return own ?? refusals.toSorted((one, other) => other.waitSeconds - one.waitSeconds)[0]
}

const maxBusySeconds = 3

/** The error code and wait of a refusal, as it is reported. */
export function refusalDetails({ limit, waitSeconds }: Refusal): {
  code: ErrorCode
  retryAfterSeconds: number
} {
  const code = limit.refusal ?? 'too-many-requests'
  const seconds = Math.max(1, waitSeconds)
  return { code, retryAfterSeconds: limit.refusal ? Math.min(maxBusySeconds, seconds) : seconds }
}
