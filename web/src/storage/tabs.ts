/** What one tab tells the others of the same browser. */
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

/** Longer than a request may take: a tab that holds the lock for longer is asleep. */
const maxLockWaitMs = 65_000

/**
 * Does `work` while no other tab of this browser does such work. Browsers have locks with TLS, and on loopback: elsewhere, and beside
 * a tab that is asleep with the lock, the service's idempotency keys withTabLock keep it from being done twice.
 */
export async function withTabLock<T>(work: () => Promise<T>): Promise<T> {
  if (navigator.locks === undefined) return work()
  let begun: Promise<T> | undefined
  const begin = () => {
    begun = work()
    return begun
  }
  try {
    await navigator.locks.request('occupy', { signal: AbortSignal.timeout(maxLockWaitMs) }, begin)
  } catch {
    // Either the work's own fault, or nobody let go of the lock.
  }
  return begun ?? work()
}
