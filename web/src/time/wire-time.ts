/** The API's time, `YYYY-MM-DD HH:mm:ss` in UTC, as seconds since 1970. */
export function fromWireTime(text: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = text.split(/\D/).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
}

export function toWireTime(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')
}
