export interface Deadline {
  readonly signal: AbortSignal
  clear(): void
}

/**
 * Aborts after this many milliseconds, or when one of the parents aborts. `AbortSignal.any` is not used, because its
 * timers may be garbage-collected before they fire.
 */
export function startDeadline(ms: number, ...parents: (AbortSignal | undefined)[]): Deadline {
  const controller = new AbortController()
  const ring = () => controller.abort()
  const timer = setTimeout(ring, ms)
  for (const parent of parents) {
    if (parent?.aborted) ring()
    parent?.addEventListener('abort', ring, { once: true })
  }
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      for (const parent of parents) parent?.removeEventListener('abort', ring)
    },
  }
}
