import { setImmediate } from 'node:timers/promises'

/** Most work ends within it. Otherwise, others wait no longer than this. */
const turnMs = 8

/**
 * For long work: between two pieces of it, and at least each time it has run for `turnMs`, other requests get a turn.
 * Only asks the clock while there is time left, as even a promise that is kept has a cost.
 */
export function openTurns() {
  let ends = performance.now() + turnMs
  return {
    isOver: () => performance.now() >= ends,
    async next(): Promise<void> {
      await setImmediate()
      ends = performance.now() + turnMs
    },
  }
}
