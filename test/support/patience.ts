import assert from 'node:assert/strict'
import { cpus, loadavg } from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** What the piece of work takes on a quiet machine. */
const quietMs = 35
const maxFactor = 20

/** As test/run.ts has measured it, before the tests made the machine busy. */
let factor = Number(process.env.TEST_MACHINE_FACTOR ?? 1)
let isMeasured = false

/** How many times slower than a quiet machine this one is now; never less than was measured before. A short piece of work may be lucky. */
export function machineFactor(): number {
  const begun = performance.now()
  let sum = 0
  for (let at = 0; at < 25_000_000; at++) sum = (sum + at * at) | 0
  assert.ok(Number.isInteger(sum))
  const [waiting = 0] = loadavg()
  factor = Math.min(maxFactor, Math.max(factor, (performance.now() - begun) / quietMs, waiting / cpus().length))
  isMeasured = true
  return factor
}

/** What takes `ms` on a quiet machine may take so long here. */
export function patience(ms: number): number {
  return Math.ceil(ms * (isMeasured ? factor : machineFactor()))
}

/** Fails where it took longer than `ms` on a quiet machine. Measures the machine again before. */
export function assertTook(tookMs: number, ms: number, what: string): void {
  if (tookMs < ms * factor) return
  const allowed = ms * machineFactor()
  assert.ok(tookMs < allowed, `${what}: took ${Math.round(tookMs)} ms, ${Math.round(allowed)} are allowed`)
}

/** Polls. Fails where it does not come to hold within `ms` on a quiet machine. Measures the machine again before. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  { ms = 20_000, pauseMs = 10 } = {},
): Promise<void> {
  for (const begun = performance.now(); !(await holds()); await setTimeout(pauseMs))
    assertTook(performance.now() - begun, ms, what)
}
