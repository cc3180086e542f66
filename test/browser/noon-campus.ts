const [hour, day] = [3600, 86_400]
const hours = 12 - new Date().getUTCHours()

/** A campus where it is between twelve and one now, so that no day ends during a test. The names of these zones have the opposite sign. */
export const timezone = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
/** The offset from UTC, in seconds. */
const ahead = hours * hour

function campusDay(seconds: number): string {
  return new Date((seconds + ahead) * 1000).toISOString().slice(0, 10)
}

/** The start of the day, in seconds since 1970. */
export function midnight(which: string): number {
  return Date.parse(`${which}T00:00:00Z`) / 1000 - ahead
}

export function later(which: string, count: number): string {
  return new Date(Date.parse(`${which}T00:00:00Z`) + count * day * 1000).toISOString().slice(0, 10)
}

export const today = campusDay(Date.now() / 1000)
