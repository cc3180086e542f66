import { createHmac } from 'node:crypto'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { Storage } from '../storage/storage.ts'
import {
  consumePoint,
  deleteExpiredRateLimits,
  findRateLimit,
  type RateLimitState,
  refundPoint,
} from './rate-limit.repository.ts'

/** `points` tries in `duration` seconds. */
export interface RateLimit {
  name: string
  points: number
  duration: number
}

export interface RateLimitDeps {
  storage: Storage
  clock: Clock
  /** Keys are kept under it: they hold addresses and login names, a student number among them. */
  key: Buffer
  /** False lifts all rateLimits. */
  enforced: boolean
}

export type RateLimitService = ReturnType<typeof createRateLimitService>

export function createRateLimitService({ storage, clock, key, enforced }: RateLimitDeps) {
  const keyOf = (limit: RateLimit, who: string) =>
    createHmac('sha256', key).update(`${limit.name}\n${who}`).digest('base64url')

  function refuse(state: RateLimitState): never {
    throw new DomainError('too-many-requests', { retryAfterSeconds: Math.max(1, state.expiresAt - clock.now()) })
  }

  return {
    /** @throws DomainError `too-many-requests` when nothing is left. */
    async refuseExhausted(limit: RateLimit, who: string): Promise<void> {
      if (!enforced) return
      const state = await findRateLimit(storage.db, keyOf(limit, who), clock.now(), limit.duration)
      if (state && state.points >= limit.points) refuse(state)
    },

    /** @throws DomainError `too-many-requests` when this try was one too many. */
    async consume(limit: RateLimit, who: string): Promise<void> {
      if (!enforced) return
      const key = keyOf(limit, who)
      const state = await storage.write(async (tx) => {
        const spent = await consumePoint(tx, key, clock.now(), limit.duration)
        // A refused try is none: what others give back must be there to be had.
        if (spent.points > limit.points) await refundPoint(tx, key)
        return spent
      })
      if (state.points > limit.points) refuse(state)
    },

    async refund(limit: RateLimit, who: string): Promise<void> {
      if (enforced) await storage.write((tx) => refundPoint(tx, keyOf(limit, who)))
    },

    /** True for the first who takes what may be used once, within so many seconds. Holds without rateLimits too. */
    async takeOnce(name: string, what: string, duration: number): Promise<boolean> {
      const key = keyOf({ name, points: 1, duration }, what)
      return (await storage.write((tx) => consumePoint(tx, key, clock.now(), duration))).points === 1
    },

    /** Undoes `takeOnce`. */
    giveBack: (name: string, what: string) =>
      storage.write((tx) => refundPoint(tx, keyOf({ name, points: 1, duration: 0 }, what))),

    forgetExpired: () => storage.write((tx) => deleteExpiredRateLimits(tx, clock.now())),
  }
}
