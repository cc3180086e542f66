import type { EpochSeconds } from '../../shared/clock.ts'

/** Defines a campus completely: the same plan produces the same accounts and records. */
export interface SeedPlan {
  students: number
  records: number
  seed: number
  /** Records start at or after this instant … */
  from: EpochSeconds
  /** … and before this one, which is the campus' present: some records are still running. */
  until: EpochSeconds
  /** The time zone of the campus' days. */
  timezone: string
  /** The maximum duration of a record, in seconds. */
  limit: number
}

/** The requested plan. Omitted dates are taken from the plan that the database was started with. */
export type PlanRequest = Omit<SeedPlan, 'from' | 'until'> & Partial<Pick<SeedPlan, 'from' | 'until'>>

export function fulfils(plan: SeedPlan, request: PlanRequest): boolean {
  return Object.entries(request).every(([name, value]) => value === undefined || plan[name as keyof SeedPlan] === value)
}

const defaultYears = 3

/** Without dates, the plan covers three years up to the start of the current day. */
export function planFor(request: PlanRequest, now: EpochSeconds): SeedPlan {
  const until = request.until ?? startOfDay(dayOf(now, request.timezone), request.timezone)
  const from =
    request.from ?? startOfDay(dayOf(until, request.timezone).subtract({ years: defaultYears }), request.timezone)
  return { ...request, from, until }
}

export function dayOf(at: EpochSeconds, timezone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000)
    .toZonedDateTimeISO(timezone)
    .toPlainDate()
}

export function startOfDay(day: Temporal.PlainDate, timezone: string): EpochSeconds {
  return Math.floor(day.toZonedDateTime(timezone).epochMilliseconds / 1000)
}
