import { createHmac } from 'node:crypto'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { Storage } from '../storage/storage.ts'
import { type BudgetState, deleteExpiredBudgets, findBudget, refundPoint, spendPoint } from './rate-limit.repository.ts'

/** `points` tries in `duration` seconds. */
export interface Budget {
  name: string
  points: number
  duration: number
}

export interface BudgetDeps {
  storage: Storage
  clock: Clock
  /** Keys are kept under it: they hold addresses and login names, a student number among them. */
  key: Buffer
  /** False lifts all budgets. */
  enforced: boolean
}

export type BudgetService = ReturnType<typeof createBudgetService>

export function createBudgetService({ storage, clock, key, enforced }: BudgetDeps) {
  const keyOf = (budget: Budget, who: string) =>
    createHmac('sha256', key).update(`${budget.name}\n${who}`).digest('base64url')

  function refuse(state: BudgetState): never {
    throw new DomainError('too-many-requests', { retryAfterSeconds: Math.max(1, state.expiresAt - clock.now()) })
  }

  return {
    /** @throws DomainError `too-many-requests` when nothing is left. */
    async refuseExhausted(budget: Budget, who: string): Promise<void> {
      if (!enforced) return
      const state = await findBudget(storage.db, keyOf(budget, who), clock.now(), budget.duration)
      if (state && state.points >= budget.points) refuse(state)
    },

    /** @throws DomainError `too-many-requests` when this try was one too many. */
    async spend(budget: Budget, who: string): Promise<void> {
      if (!enforced) return
      const key = keyOf(budget, who)
      const state = await storage.write(async (tx) => {
        const spent = await spendPoint(tx, key, clock.now(), budget.duration)
        // A refused try is none: what others give back must be there to be had.
        if (spent.points > budget.points) await refundPoint(tx, key)
        return spent
      })
      if (state.points > budget.points) refuse(state)
    },

    async refund(budget: Budget, who: string): Promise<void> {
      if (enforced) await storage.write((tx) => refundPoint(tx, keyOf(budget, who)))
    },

    /** True for the first who takes what may be used once, within so many seconds. Holds without budgets too. */
    async takeOnce(name: string, what: string, duration: number): Promise<boolean> {
      const key = keyOf({ name, points: 1, duration }, what)
      return (await storage.write((tx) => spendPoint(tx, key, clock.now(), duration))).points === 1
    },

    /** Undoes `takeOnce`. */
    giveBack: (name: string, what: string) =>
      storage.write((tx) => refundPoint(tx, keyOf({ name, points: 1, duration: 0 }, what))),

    forgetExpired: () => storage.write((tx) => deleteExpiredBudgets(tx, clock.now())),
  }
}
