import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

/** What the piece of work takes on a quiet machine. */
const quietMs = 35
const maxFactor = 30

let known = Number(process.env.TEST_MACHINE_FACTOR ?? 1)

/** How many times slower than a quiet machine this one is now; never less than was measured before. */
export function machineFactor(): number {
  const begun = performance.now()
  let sum = 0
  for (let at = 0; at < 25_000_000; at++) sum = (sum + at * at) | 0
  assert.ok(Number.isInteger(sum))
  known = Math.min(maxFactor, Math.max(1, known, (performance.now() - begun) / quietMs))
  return known
}

/** The time that `ms` on a quiet machine may take here. */
export function patience(ms: number): number {
  return Math.ceil(ms * known)
}

/** Fails where it took more than `ms` would allow, on a quiet machine. Measures again before. */
export function assertTook(tookMs: number, ms: number, what: string): void {
  if (tookMs < patience(ms)) return
  machineFactor()
  assert.ok(tookMs < patience(ms), `${what}: took ${Math.round(tookMs)} ms of ${patience(ms)}`)
}

/** Fails where it does not hold within `ms` on a quiet machine. Measures again before. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  { ms = 10_000, pauseMs = 10 } = {},
): Promise<void> {
  for (const begun = performance.now(); !(await holds()); await setTimeout(pauseMs))
    assertTook(performance.now() - begun, ms, what)
}
