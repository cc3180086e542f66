import { clockSkew, type EpochSeconds } from '../shared/clock.ts'
import type { Db } from '../storage/storage.ts'

export interface RateLimitState {
  points: number
  expiresAt: EpochSeconds
}

/** No window of `duration` seconds that is open now ends later: one that does was opened by a clock that was ahead, and is void. */
function latestExpiry(now: EpochSeconds, duration: number): EpochSeconds {
  return now + duration + clockSkew
}

export async function findRateLimit(
  db: Db,
  key: string,
  now: EpochSeconds,
  duration: number,
): Promise<RateLimitState | undefined> {
  const row = await db
    .selectFrom('budgets')
    .select(['points', 'expires_at'])
    .where('key', '=', key)
    .where('expires_at', '>', now)
    .where('expires_at', '<=', latestExpiry(now, duration))
    .executeTakeFirst()
  return row && { points: row.points, expiresAt: row.expires_at }
}

/** Adds one point and answers the new state; the first point of a window opens it, for `duration` seconds. */
export async function consumePoint(db: Db, key: string, now: EpochSeconds, duration: number): Promise<RateLimitState> {
  const row = await db
    .insertInto('budgets')
    .values({ key, points: 1, expires_at: now + duration })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => {
        const isOpen = eb.and([
          eb('budgets.expires_at', '>', now),
          eb('budgets.expires_at', '<=', latestExpiry(now, duration)),
        ])
        return {
          points: eb
            .case()
            .when(isOpen)
            .then(eb('budgets.points', '+', 1))
            .else(1)
            .end(),
          expires_at: eb
            .case()
            .when(isOpen)
            .then(eb.ref('budgets.expires_at'))
            .else(now + duration)
            .end(),
        }
      }),
    )
    .returning(['points', 'expires_at'])
    .executeTakeFirstOrThrow()
  return { points: row.points, expiresAt: row.expires_at }
}

export async function refundPoint(db: Db, key: string): Promise<void> {
  await db
    .updateTable('budgets')
    .set((eb) => ({ points: eb('points', '-', 1) }))
    .where('key', '=', key)
    .where('points', '>', 0)
    .execute()
}

export async function deleteExpiredRateLimits(db: Db, now: EpochSeconds): Promise<void> {
  await db.deleteFrom('budgets').where('expires_at', '<=', now).execute()
}
