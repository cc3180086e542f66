/**
 * Days are texts, `YYYY-MM-DD`, in the calendar of the campus. The time zone of the device is never used: a student abroad sees the
 * days of the campus, as the boards do.
 */
const formats = new Map<string, Intl.DateTimeFormat>()

function partsOf(seconds: number, timezone: string): Record<string, string> {
  let format = formats.get(timezone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    })
    formats.set(timezone, format)
  }
  return Object.fromEntries(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]))
}

export function campusDay(seconds: number, timezone: string): string {
  const { year, month, day } = partsOf(seconds, timezone)
  return `${year}-${month}-${day}`
}

/** `HH:mm` on the campus. */
export function campusTime(seconds: number, timezone: string): string {
  const { hour, minute } = partsOf(seconds, timezone)
  return `${hour}:${minute}`
}

/** The value of `<input type="datetime-local">` on the campus: `YYYY-MM-DDTHH:mm`. */
export function toCampusInput(seconds: number, timezone: string): string {
  return `${campusDay(seconds, timezone)}T${campusTime(seconds, timezone)}`
}

/** The time at which clocks on the campus show this. If they show it twice, the first time. */
export function fromCampusInput(text: string, timezone: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = text.split(/\D/).map(Number)
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second) / 1000
  const once = asUtc - offsetAt(asUtc, timezone)
  return asUtc - offsetAt(once, timezone)
}

/** The offset of the campus from UTC, in seconds. */
function offsetAt(seconds: number, timezone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(seconds, timezone)
  const shown = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  return shown / 1000 - Math.floor(seconds)
}

export function addDays(day: string, days: number): string {
  return new Date(dayNumber(day) * 86_400_000 + days * 86_400_000).toISOString().slice(0, 10)
}

/** Monday is 0. */
export function weekdayOf(day: string): number {
  return (dayNumber(day) + 3) % 7
}

export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from)
}

/** Days since 1970-01-01, a Thursday. */
function dayNumber(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return Date.UTC(year, month - 1, date) / 86_400_000
}
