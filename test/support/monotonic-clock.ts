import type { TestContext } from 'node:test'

/** Replaces `performance.now` until the test ends. Only `pass` advances the time. */
export function mockMonotonicClock(t: TestContext): { pass(ms: number): void } {
  let time = Math.ceil(performance.now())
  t.mock.method(performance, 'now', () => time)
  return {
    pass(ms) {
      time += ms
    },
  }
}
