import { onScopeDispose } from 'vue'
import { isOnline } from '../shell/network.ts'

/** Repeats `read` while the page is visible, and at once when it becomes visible again. */
export function usePoll(read: () => Promise<void>, everySeconds: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isDisposed = false

  async function tick(): Promise<void> {
    clearTimeout(timer)
    if (!document.hidden && isOnline.value) await read()
    if (!isDisposed) timer = setTimeout(tick, everySeconds * 1000)
  }
  const onVisibilityChange = () => {
    if (!document.hidden) void tick()
  }
  timer = setTimeout(tick, everySeconds * 1000)
  document.addEventListener('visibilitychange', onVisibilityChange)
  onScopeDispose(() => {
    isDisposed = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisibilityChange)
  })
}
