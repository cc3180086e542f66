import PQueue from 'p-queue'

export interface Semaphore {
  /**
   * Waits for a permit, at most `waitMs` milliseconds and until `signal` aborts. Resolves with the function that releases the permit, to be
   * called once; with undefined where the queue is full or the wait is over.
   */
  acquire(waitMs: number, signal: AbortSignal): Promise<(() => void) | undefined>
}

/** At most `permits` holders at once, and at most `maxQueued` who wait, first in, first out. */
export function createSemaphore(permits: number, maxQueued: number): Semaphore {
  const queue = new PQueue({ concurrency: permits })

  function acquire(waitMs: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted || (queue.pending >= permits && queue.size >= maxQueued)) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const wait = new AbortController()
      const giveUp = () => wait.abort()
      const timer = setTimeout(giveUp, waitMs)
      signal.addEventListener('abort', giveUp, { once: true })
      const endWait = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
      }
      const hold = () => {
        // An abort from now on must not release the permit: the holder is still at work.
        endWait()
        return new Promise<void>((release) => resolve(release))
      }
      queue.add(hold, { signal: wait.signal }).catch(() => {
        endWait()
        resolve(undefined)
      })
    })
  }

  return { acquire }
}
