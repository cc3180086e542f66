import { onScopeDispose, type Ref, ref } from 'vue'

export interface Countdown {
  /** 0 at the end. */
  seconds: Ref<number>
  begin(seconds: number): void
}

/** Counts down by the monotonic clock, and then calls `over`. */
export function useCountdown(over: () => void = () => undefined): Countdown {
  const seconds = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined

  function begin(from: number): void {
    clearInterval(timer)
    const until = performance.now() + from * 1000
    seconds.value = from
    if (from === 0) return
    timer = setInterval(() => {
      seconds.value = Math.max(0, Math.ceil((until - performance.now()) / 1000))
      if (seconds.value > 0) return
      clearInterval(timer)
      over()
    }, 250)
  }

  onScopeDispose(() => clearInterval(timer))
  return { seconds, begin }
}
