import type { EpochSeconds } from '../shared/clock.ts'
import type { Db } from '../storage/storage.ts'

export interface BudgetState {
  points: number
  expiresAt: EpochSeconds
}

export async function findBudget(db: Db, key: string, now: EpochSeconds): Promise<BudgetState | undefined> {
  const row = await db
    .selectFrom('budgets')
    .select(['points', 'expires_at'])
    .where('key', '=', key)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && { points: row.points, expiresAt: row.expires_at }
}

/** Adds one point and answers the new state; the first point of a window opens it, for `duration` seconds. */
export async function spendPoint(db: Db, key: string, now: EpochSeconds, duration: number): Promise<BudgetState> {
  const row = await db
    .insertInto('budgets')
    .values({ key, points: 1, expires_at: now + duration })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        points: eb
          .case()
          .when('budgets.expires_at', '<=', now)
          .then(1)
          .else(eb('budgets.points', '+', 1))
          .end(),
        expires_at: eb
          .case()
          .when('budgets.expires_at', '<=', now)
          .then(now + duration)
          .else(eb.ref('budgets.expires_at'))
          .end(),
      })),
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

export async function deleteExpiredBudgets(db: Db, now: EpochSeconds): Promise<void> {
  await db.deleteFrom('budgets').where('expires_at', '<=', now).execute()
}
