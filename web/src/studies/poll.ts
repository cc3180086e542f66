import { onScopeDispose } from 'vue'
import { isOnline } from '../shell/network.ts'

/** Repeats a reading while the page is looked at, and does it at once when it is looked at again. */
export function usePoll(read: () => Promise<void>, everySeconds: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isGone = false

  async function tick(): Promise<void> {
    clearTimeout(timer)
    if (!document.hidden && isOnline.value) await read()
    if (!isGone) timer = setTimeout(tick, everySeconds * 1000)
  }
  const look = () => {
    if (!document.hidden) void tick()
  }
  timer = setTimeout(tick, everySeconds * 1000)
  document.addEventListener('visibilitychange', look)
  onScopeDispose(() => {
    isGone = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
  })
}
