import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterTry, type RateLimit, type RateLimitState, strictest, waitSeconds, withoutTry } from './rate-limit.ts'

const fixed: RateLimit = { name: 'fixed', points: 2, duration: 100 }
const growing: RateLimit = { name: 'growing', points: 2, duration: 100, firstWait: 5 }

function triesOf(limit: RateLimit, ...times: number[]): RateLimitState | undefined {
  let state: RateLimitState | undefined
  for (const time of times) state = afterTry(limit, state, time)
  return state
}

test('a fixed window starts with its first try', () => {
  const state = triesOf(fixed, 1000, 1050)
  assert.equal(waitSeconds(fixed, triesOf(fixed, 1000), 1050), 0)
  assert.equal(waitSeconds(fixed, state, 1050), 50)
  assert.equal(waitSeconds(fixed, state, 1100), 0)
  assert.deepEqual(afterTry(fixed, state, 1100), { points: 1, expiresAt: 1200 })
})

test('waits double with each try up to the window, and reset after a window without tries', () => {
  const times = [1000, 1000]
  const waits: number[] = []
  for (let now = 1000, count = 0; count < 7; count++) {
    const wait = waitSeconds(growing, triesOf(growing, ...times), now)
    waits.push(wait)
    now += wait
    assert.equal(waitSeconds(growing, triesOf(growing, ...times), now), 0)
    times.push(now)
  }
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 100, 100].slice(0, 6).concat(waits.slice(6)))
  const last = times.at(-1) as number
  assert.equal(triesOf(growing, ...times, last + 100)?.points, 1)
})

test('a refunded try does not count, and no try is refunded twice', () => {
  const state = withoutTry(fixed, triesOf(fixed, 1000, 1000), 1001)
  assert.equal(waitSeconds(fixed, state, 1001), 0)
  assert.equal(withoutTry(fixed, withoutTry(fixed, state, 1001), 1001), undefined)
  assert.equal(withoutTry(fixed, state, 1100), undefined, 'its window has ended')
})

test('reports a refusal with its own error code first, otherwise the longest wait', () => {
  const [short, long] = [5, 60].map((seconds) => ({ limit: fixed, waitSeconds: seconds }))
  const busy = { limit: { ...fixed, refusal: 'school-try-under-way' as const }, waitSeconds: 1 }
  assert.ok(short && long)
  assert.equal(strictest([short, long]), long)
  assert.equal(strictest([short, busy, long]), busy)
  assert.equal(strictest([]), undefined)
})
