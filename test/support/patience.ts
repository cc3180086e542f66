import assert from 'node:assert/strict'
import { cpus, loadavg } from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** How long the measured work takes on a quiet machine. */
const quietMs = 35
const maxFactor = 20
/** Between two polls. */
const [shortestPauseMs, longestPauseMs] = [10, 25]

/** Initially the factor that test/run.ts measured before the tests made the machine busy. */
let factor = Number(process.env.TEST_MACHINE_FACTOR ?? 1)
let isMeasured = false

/** How many times slower than a quiet machine this one is. It never decreases, because a short measurement can be too optimistic. */
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

/** The time to allow here for what takes `ms` on a quiet machine. */
export function patience(ms: number): number {
  return Math.ceil(ms * (isMeasured ? factor : machineFactor()))
}

/** Fails if it took longer than `ms`, scaled to this machine. Measures the machine again before it fails. */
export function assertTook(tookMs: number, ms: number, what: string): void {
  if (tookMs < ms * factor) return
  const allowed = ms * machineFactor()
  assert.ok(tookMs < allowed, `${what}: took ${Math.round(tookMs)} ms, ${Math.round(allowed)} are allowed`)
}

/**
 * Polls until `holds`. Fails after `ms`, scaled to this machine. Measures the machine again before it fails. Unless `pauseMs` is given,
 * the pauses grow with the wait: polling takes processor time from what is waited for.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  { ms = 20_000, pauseMs }: { ms?: number; pauseMs?: number } = {},
): Promise<void> {
  const begun = performance.now()
  while (!(await holds())) {
    const tookMs = performance.now() - begun
    assertTook(tookMs, ms, what)
    await setTimeout(pauseMs ?? Math.min(longestPauseMs, Math.max(shortestPauseMs, tookMs / 10)))
  }
}

/**
 * For what a client must do within `ms`, a limit of the service that is not scaled to the machine. If a busy machine makes the client
 * late, the trial is repeated, up to five times; the last one must succeed anyway.
 */
export async function beforeLimit(
  ms: number,
  trial: () => Promise<{ tookMs: number; check: () => void }>,
): Promise<void> {
  for (let triesLeft = 4; ; triesLeft -= 1) {
    const { tookMs, check } = await trial()
    if (tookMs < ms || triesLeft === 0) {
      check()
      return
    }
  }
}
