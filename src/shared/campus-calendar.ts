import type { EpochSeconds } from './clock.ts'

/** A calendar day of the campus, as the number of days since 1970-01-01. */
export type CampusDay = number & { readonly brand: 'CampusDay' }

/** A term of the school, both days included. */
export interface Term {
  name: string
  first: CampusDay
  last: CampusDay
}

const secondsPerDay = 86_400
/** The days of four years. */
const maxKeptDays = 1461

export type CampusCalendar = ReturnType<typeof createCampusCalendar>

/** The days of a time zone, by the tz database. A day has 23 to 25 hours. */
export function createCampusCalendar(timezone: string) {
  const starts = new Map<CampusDay, EpochSeconds>()

  /** The first second of the day. The day ends before `startOf(day + 1)`. */
  function startOf(day: CampusDay): EpochSeconds {
    const kept = starts.get(day)
    if (kept !== undefined) return kept
    // Not always midnight: some zones skip it when daylight saving time begins.
    const start = Math.floor(plainDate(day).toZonedDateTime(timezone).startOfDay().epochMilliseconds / 1000)
    if (starts.size >= maxKeptDays) starts.clear()
    starts.set(day, start)
    return start
  }

  function dayOf(at: EpochSeconds): CampusDay {
    // No zone is more than a day from UTC.
    let day = (Math.floor(at / secondsPerDay) + 1) as CampusDay
    while (startOf(day) > at) day = (day - 1) as CampusDay
    return day
  }

  return { timezone, startOf, dayOf }
}

/** Parses a day `YYYY-MM-DD`. Undefined if it is not a day of the years 2000 to 9999. */
export function parseDay(text: string): CampusDay | undefined {
  if (!/^[2-9]\d{3}-\d{2}-\d{2}$/.test(text)) return undefined
  const at = Date.parse(`${text}T00:00:00Z`)
  if (Number.isNaN(at)) return undefined
  const day = (at / 1000 / secondsPerDay) as CampusDay
  return dayText(day) === text ? day : undefined
}

const maxDayTexts = 10_000
const dayTexts = new Map<CampusDay, string>()

/** The day as `YYYY-MM-DD`. Texts are cached: formatting 365 days took two thirds of the time for a year's statistics. */
export function dayText(day: CampusDay): string {
  const known = dayTexts.get(day)
  if (known !== undefined) return known
  if (dayTexts.size >= maxDayTexts) dayTexts.clear()
  const text = new Date(day * secondsPerDay * 1000).toISOString().slice(0, 10)
  dayTexts.set(day, text)
  return text
}

/** 0 is Monday. */
export function weekdayOf(day: CampusDay): number {
  return (((day + 3) % 7) + 7) % 7
}

function plainDate(day: CampusDay): Temporal.PlainDate {
  return Temporal.PlainDate.from({ year: 1970, month: 1, day: 1 }).add({ days: day })
}
