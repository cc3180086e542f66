import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createCaptchaMonitor } from '../../src/schools/captcha-monitor.ts'
import { createSchoolBreaker } from '../../src/schools/school-breaker.ts'
import type { Unavailable } from '../../src/schools/verifier.ts'
import { mockMonotonicClock } from '../support/monotonic-clock.ts'

const year = 365 * 24 * 3600 * 1000
const logger = { debug() {}, info() {}, warn() {}, error() {} }

function putBackClock(t: TestContext): void {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() - year })
}

test('the open breaker closes after its time, even if the clock is set back meanwhile', async (t) => {
  const clock = mockMonotonicClock(t)
  const breaker = createSchoolBreaker({ failures: 1, restMs: 30_000, logger })
  const down: Unavailable = { outcome: 'unavailable', reason: 'timeout' }
  await breaker.run(async () => down)
  putBackClock(t)
  assert.equal(breaker.resting()?.retryAfterSeconds, 30)
  clock.pass(29_000)
  assert.equal(breaker.resting()?.retryAfterSeconds, 1)
  clock.pass(1000)
  const up = { outcome: 'verified' }
  assert.equal(await breaker.run(async () => up), up)
})

test('captchas are read again after a time of asking, even if the clock is set back meanwhile', (t) => {
  const clock = mockMonotonicClock(t)
  const watch = createCaptchaMonitor({ mode: 'read', logger, refusedRun: 1, askForMs: 60_000 })
  watch.report('refused')
  putBackClock(t)
  assert.equal(watch.asksFor(), 60)
  clock.pass(59_000)
  assert.deepEqual([watch.mode(), watch.asksFor()], ['ask', 1])
  clock.pass(1000)
  assert.equal(watch.mode(), 'read')
})
