/** `0:05:09`, as a stopwatch shows it. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 3600)}:${twoDigits(Math.floor(whole / 60) % 60)}:${twoDigits(whole % 60)}`
}

/** Hours and complete minutes. */
export function hoursAndMinutes(seconds: number): { hours: number; minutes: number } {
  const minutes = Math.max(0, Math.floor(seconds / 60))
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 }
}

/** `YYYY-MM-DD` as month and day, both without a leading zero. */
export function monthAndDay(day: string): { month: number; date: number } {
  const [, month = 1, date = 1] = day.split('-').map(Number)
  return { month, date }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
