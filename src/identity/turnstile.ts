/** Lets a few through at a time and keeps a short queue before it. */
export interface Turnstile {
  /** The way out, to be called once; undefined when the queue is full or the wait is over. */
  enter(waitMs: number, signal: AbortSignal): Promise<(() => void) | undefined>
}

export function createTurnstile(places: number, queueLength: number): Turnstile {
  const queue: (() => void)[] = []
  let inside = 0

  function leave(): void {
    const next = queue.shift()
    if (next) next()
    else inside--
  }

  function waitForPlace(waitMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (entered: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        resolve(entered)
      }
      const enter = () => settle(true)
      const giveUp = () => {
        queue.splice(queue.indexOf(enter), 1)
        settle(false)
      }
      const timer = setTimeout(giveUp, waitMs)
      signal.addEventListener('abort', giveUp, { once: true })
      queue.push(enter)
    })
  }

  return {
    async enter(waitMs, signal) {
      if (signal.aborted) return undefined
      if (inside < places) inside++
      else if (queue.length >= queueLength || !(await waitForPlace(waitMs, signal))) return undefined
      return leave
    },
  }
}
