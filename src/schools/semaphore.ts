import PQueue from 'p-queue'
import type { Gate, Pass, TurnedAway } from './gate.ts'

const full: TurnedAway = { retryAfterSeconds: 5 }

/**
 * The gate of a single process: at most `permits` logins at the school, and at most `maxQueued` waiting, first in,
 * first out.
 */
export function createSemaphore(permits: number, maxQueued: number): Gate {
  const queue = new PQueue({ concurrency: permits })

  function enter(waitMs: number, signal: AbortSignal): Promise<Pass | TurnedAway> {
    if (signal.aborted || (queue.pending >= permits && queue.size >= maxQueued)) return Promise.resolve(full)
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
        // From now on, an abort must not release the permit, because its holder is still working.
        endWait()
        return new Promise<void>((end) => resolve({ leave: () => end() }))
      }
      queue.add(hold, { signal: wait.signal }).catch(() => {
        endWait()
        resolve(full)
      })
    })
  }

  return { enter }
}
