/** A message to the other tabs of the same browser. */
export type TabMessage = 'outbox' | 'records'

const channel = new BroadcastChannel('occupy')

export function notifyTabs(message: TabMessage): void {
  channel.postMessage(message)
}

export function onTabMessage(message: TabMessage, work: () => void): void {
  channel.addEventListener('message', ({ data }) => {
    if (data === message) work()
  })
}

/** Longer than a request may take. A tab that holds the lock for longer is asleep. */
const maxLockWaitMs = 65_000

/**
 * Runs `work` while no other tab of this browser does. Browsers offer locks only with TLS and on loopback. Without a lock, and if a
 * sleeping tab holds it, only the idempotency keys prevent entries from taking effect twice.
 */
export async function withTabLock<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks === undefined) return work()
  let started: Promise<T> | undefined
  const start = () => {
    started = work()
    return started
  }
  try {
    await navigator.locks.request('occupy', { signal: AbortSignal.timeout(maxLockWaitMs) }, start)
  } catch {
    // Either `work` failed, or the lock was not released in time.
  }
  return started ?? work()
}
