import { computed, onScopeDispose, type Ref, ref, shallowRef } from 'vue'
import type { Refusal, Result } from '../api/result.ts'

export interface Attempt {
  isBusy: Ref<boolean>
  refusal: Ref<Refusal | undefined>
  /** Seconds until it can be tried again: it counts down. Zero when it can. */
  waitSeconds: Ref<number>
  /** How many are ahead in the line before the school: this attempt then goes on by itself. */
  ahead: Ref<number | undefined>
  run(): Promise<void>
}

/**
 * Something that a form sends, and what came of it. Where the school's line is full, the service says when to come back and with which
 * place: that is done here, while the page is open. What was typed stays in the page meanwhile, and nowhere else.
 */
export function useAttempt<T>(
  send: (place: string | undefined) => Promise<Result<T>>,
  done: (data: T) => void,
): Attempt {
  const isBusy = ref(false)
  const refusal = shallowRef<Refusal>()
  const waitSeconds = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined
  let isGone = false

  async function run(): Promise<void> {
    if (isBusy.value || (waitSeconds.value > 0 && refusal.value?.place === undefined)) return
    isBusy.value = true
    const { place } = refusal.value ?? {}
    const result = await send(place)
    isBusy.value = false
    if (isGone) return
    refusal.value = result.ok ? undefined : result.refusal
    if (result.ok) done(result.data)
    else countDown(result.refusal)
  }

  function countDown({ retryAfterSeconds = 0, place }: Refusal): void {
    clearInterval(timer)
    const until = performance.now() + retryAfterSeconds * 1000
    waitSeconds.value = retryAfterSeconds
    if (retryAfterSeconds === 0) return
    timer = setInterval(() => {
      waitSeconds.value = Math.max(0, Math.ceil((until - performance.now()) / 1000))
      if (waitSeconds.value > 0) return
      clearInterval(timer)
      if (place !== undefined) void run()
    }, 250)
  }

  onScopeDispose(() => {
    isGone = true
    clearInterval(timer)
  })
  const ahead = computed(() => (refusal.value?.place === undefined ? undefined : (refusal.value.ahead ?? 0)))
  return { isBusy, refusal, waitSeconds, ahead, run }
}
