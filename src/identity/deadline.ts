export interface Deadline {
  readonly signal: AbortSignal
  clear(): void
}

/** Aborts after so many milliseconds, or with its parent. Not `AbortSignal.any`: its timers may be collected before they ring. */
export function startDeadline(ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController()
  const ring = () => controller.abort()
  const timer = setTimeout(ring, ms)
  if (parent?.aborted) ring()
  parent?.addEventListener('abort', ring, { once: true })
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      parent?.removeEventListener('abort', ring)
    },
  }
}
