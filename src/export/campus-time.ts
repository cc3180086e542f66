import type { EpochSeconds } from '../shared/clock.ts'

/** Formats times in the time zone of the campus, for example `2017-03-25 19:55:47`. */
export function campusTime(timezone: string): (at: EpochSeconds) => string {
  // The Swedish locale has this format.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    ...({ year: 'numeric', month: '2-digit', day: '2-digit' } as const),
    ...({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const),
  })
  return (at) => format.format(at * 1000)
}
