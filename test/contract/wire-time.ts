import assert from 'node:assert/strict'
import { patience } from '../support/patience.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

/** Server and tests may run on two machines, and a request takes time. */
const CLOCK_TOLERANCE = 10 * SECOND

export function wire(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}

export function ago(ms: number): string {
  return wire(Date.now() - ms)
}

export function ahead(ms: number): string {
  return wire(Date.now() + ms)
}

export function later(time: string, ms: number): string {
  return wire(instant(time) + ms)
}

/** Asserts that a time has the strict form `2017-03-25 11:55:47` and exists, and returns its epoch milliseconds. */
export function instant(time: string): number {
  assertTime(time)
  return Date.parse(`${time.replace(' ', 'T')}Z`)
}

export function assertTime(time: unknown): asserts time is string {
  assert.ok(typeof time === 'string', `a time is a string, not ${JSON.stringify(time)}`)
  assert.match(time, /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
  const epochMs = Date.parse(`${time.replace(' ', 'T')}Z`)
  assert.ok(!Number.isNaN(epochMs) && wire(epochMs) === time, `${time} is no date`)
}

export function assertNow(time: string | null): void {
  assertTime(time)
  const age = Date.now() - instant(time)
  assert.ok(age >= -CLOCK_TOLERANCE && age <= patience(CLOCK_TOLERANCE), `${time} is not now, ${wire(Date.now())}`)
}
