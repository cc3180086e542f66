import type { TestContext } from 'node:test'

/** Stands in for `performance.now` until the test ends; moves by `pass` alone. */
export function mockMonotonicClock(t: TestContext): { pass(ms: number): void } {
  let time = Math.ceil(performance.now())
  t.mock.method(performance, 'now', () => time)
  return {
    pass(ms) {
      time += ms
    },
  }
}
