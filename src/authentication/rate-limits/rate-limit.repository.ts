import { type Clock, clockSkewSeconds, type EpochSeconds } from '../../shared/clock.ts'
import type { DatabaseKind, Db } from '../../storage/storage.ts'
import type { RateLimitState } from './rate-limit.ts'

export type RateLimitStates = ReadonlyMap<string, RateLimitState>

export async function findRateLimits(db: Db, keys: readonly string[]): Promise<RateLimitStates> {
  return toStates(await db.selectFrom('budgets').selectAll().where('key', 'in', keys).execute())
}

/**
 * Prevents others from counting with these keys until the transaction ends. Locks them in a fixed order, so that two
 * transactions with the same keys do not deadlock.
 */
export async function lockRateLimits(tx: Db, keys: readonly string[], kind: DatabaseKind): Promise<RateLimitStates> {
  // SQLite has a single writer, so no lock is needed.
  if (kind === 'sqlite') return findRateLimits(tx, keys)
  const rows = keys.toSorted().map((key) => ({ key, points: 0, expires_at: 0 }))
  return toStates(
    await tx
      .insertInto('budgets')
      .values(rows)
      // Changes nothing, but locks existing rows.
      .onConflict((conflict) => conflict.column('key').doUpdateSet((eb) => ({ key: eb.ref('excluded.key') })))
      .returning(['key', 'points', 'expires_at'])
      .execute(),
  )
}

export async function storeRateLimits(tx: Db, states: RateLimitStates): Promise<void> {
  const rows = [...states].map(([key, { points, expiresAt }]) => ({ key, points, expires_at: expiresAt }))
  await tx
    .insertInto('budgets')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        points: eb.ref('excluded.points'),
        expires_at: eb.ref('excluded.expires_at'),
      })),
    )
    .execute()
}

function toStates(rows: readonly { key: string; points: number; expires_at: number }[]): RateLimitStates {
  return new Map(rows.map(({ key, points, expires_at }) => [key, { points, expiresAt: expires_at }]))
}

/** Claims a key that may be used only once until `expiresAt`. Returns true for the first caller only. */
export async function takeOnce(tx: Db, key: string, expiresAt: EpochSeconds, clock: Clock): Promise<boolean> {
  const now = clock.now()
  const taken = await tx
    .insertInto('budgets')
    .values({ key, points: 1, expires_at: Math.max(expiresAt, now + 1) })
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet((eb) => ({ expires_at: eb.ref('excluded.expires_at') }))
        // Expired, or claimed while the clock was ahead.
        .where((eb) =>
          eb.or([eb('budgets.expires_at', '<=', now), eb('budgets.expires_at', '>', expiresAt + clockSkewSeconds)]),
        ),
    )
    .returning('key')
    .executeTakeFirst()
  return taken !== undefined
}

export async function deleteExpiredRateLimits(db: Db, now: EpochSeconds): Promise<void> {
  await db.deleteFrom('budgets').where('expires_at', '<=', now).execute()
}
