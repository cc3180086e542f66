import type { LiveCounts } from '../live.service.ts'
import { type EventHistory, type FeedListener, type FollowingDeps, startFollowing } from './following.ts'

export interface Listening {
  stop(): void
  history: EventHistory
  /** At most a second old, unless the database is unavailable. */
  latestCounts(): LiveCounts
}

/** How long it continues after the last listener has left: that listener may reconnect and ask for missed events. */
const idleMs = 120_000

/**
 * Follows who studies, while there are listeners. A signal only names accounts; their state is read from the database.
 * Once a second the database's count is compared with the roster. If they differ, a signal was lost or never sent, and
 * all running records are read again.
 */
export function createLiveFeed(deps: FollowingDeps) {
  const listeners = new Set<FeedListener>()
  let following: ReturnType<typeof startFollowing> | undefined
  let idle: NodeJS.Timeout | undefined

  /** Resolves when the listener will get all later events. @throws DatabaseUnavailableError */
  async function listen(listener: FeedListener): Promise<Listening> {
    clearTimeout(idle)
    listeners.add(listener)
    const stop = () => {
      listeners.delete(listener)
      if (listeners.size > 0 || following === undefined) return
      clearTimeout(idle)
      idle = setTimeout(close, idleMs).unref()
    }
    following ??= startFollowing(deps, listeners)
    const current = following
    try {
      await current.ready
    } catch (error) {
      listeners.delete(listener)
      current.stop()
      if (following === current) following = undefined
      throw error
    }
    return { stop, history: current.history, latestCounts: current.latestCounts }
  }

  function close(): void {
    clearTimeout(idle)
    following?.stop()
    following = undefined
  }

  return { listen, close }
}

export type LiveFeed = ReturnType<typeof createLiveFeed>
