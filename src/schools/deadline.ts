export interface Deadline {
  readonly signal: AbortSignal
  clear(): void
}

/** Aborts after so many milliseconds, or with one of its parents. Not `AbortSignal.any`: its timers may be collected before they ring. */
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
