import type { EpochSeconds } from '../../shared/clock.ts'

/** All that a campus is made from: the same plan makes the same accounts and records. */
export interface SeedPlan {
  students: number
  records: number
  seed: number
  /** Records start at or after this instant … */
  from: EpochSeconds
  /** … and before this one, when the campus is left as it is: some records are still running. */
  until: EpochSeconds
  /** Whose days the campus lives by. */
  timezone: string
  /** How long a record may run, in seconds. */
  limit: number
}

/** What the command was asked for and a database was begun with: the dates may be left to the plan that was begun. */
export type PlanWish = Omit<SeedPlan, 'from' | 'until'> & Partial<Pick<SeedPlan, 'from' | 'until'>>

export function fulfils(plan: SeedPlan, wish: PlanWish): boolean {
  return Object.entries(wish).every(([name, value]) => value === undefined || plan[name as keyof SeedPlan] === value)
}

const defaultYears = 3

/** Without dates: three years up to the beginning of the campus' present day. */
export function planFor(wish: PlanWish, now: EpochSeconds): SeedPlan {
  const until = wish.until ?? startOfDay(dayOf(now, wish.timezone), wish.timezone)
  const from = wish.from ?? startOfDay(dayOf(until, wish.timezone).subtract({ years: defaultYears }), wish.timezone)
  return { ...wish, from, until }
}

export function dayOf(at: EpochSeconds, timezone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000)
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
}

export function startOfDay(day: Temporal.PlainDate, timezone: string): EpochSeconds {
  return Math.floor(day.toZonedDateTime(timezone).epochMilliseconds / 1000)
}
