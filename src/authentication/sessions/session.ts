import { clockSkewSeconds, type EpochSeconds } from '../../shared/clock.ts'

export type SessionId = number & { readonly brand: 'SessionId' }

/** A browser that is signed in. */
export interface Session {
  id: SessionId
  /** Browser and system in a few words; undefined if the browser did not say. */
  device: string | undefined
  createdAt: EpochSeconds
  /** At most an hour behind. */
  lastSeenAt: EpochSeconds
  expiresAt: EpochSeconds
}

const day = 86_400
/** Seconds after which an unused session ends. */
export const idleSeconds = 30 * day
/** Seconds after which every session ends. */
export const maxLifetimeSeconds = 180 * day
const seenEverySeconds = 3600
/** Per account. A further sign-in ends the session that was used longest ago. */
export const maxSessions = 50

export function expiryOf(createdAt: EpochSeconds, seenAt: EpochSeconds): EpochSeconds {
  return Math.min(seenAt + idleSeconds, createdAt + maxLifetimeSeconds)
}

/** Like a token, a session from the future was created while the clock was ahead, and could live too long. */
export function isLive({ createdAt, expiresAt }: Pick<Session, 'createdAt' | 'expiresAt'>, now: EpochSeconds): boolean {
  return createdAt <= now + clockSkewSeconds && now < Math.min(expiresAt, createdAt + maxLifetimeSeconds)
}

/** Whether the time of the last visit must be stored again: it is an hour old, or from a clock that was ahead. */
export function isVisitDue({ lastSeenAt }: Pick<Session, 'lastSeenAt'>, now: EpochSeconds): boolean {
  return lastSeenAt <= now - seenEverySeconds || lastSeenAt > now + clockSkewSeconds
}
