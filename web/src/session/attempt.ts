import { type ComputedRef, computed, onScopeDispose, type Ref, ref, shallowRef } from 'vue'
import type { Refusal, Result } from '../api/result.ts'
import { useCountdown } from './countdown.ts'

export interface Attempt {
  isBusy: Ref<boolean>
  refusal: Ref<Refusal | undefined>
  /** Seconds until the next try is possible. Counts down to 0. */
  waitSeconds: Ref<number>
  /** Whether a click would have no effect, because a request is in flight or must wait. */
  isHeld: ComputedRef<boolean>
  /** How many are ahead in the waiting room. The attempt then continues by itself. */
  ahead: ComputedRef<number | undefined>
  run(): Promise<void>
}

/**
 * The request of a form, and its result. If the service answers with a place in the waiting room, the request is repeated with that
 * place when the service says so, while the page is open. The input stays in the page only.
 */
export function useAttempt<T>(
  send: (place: string | undefined) => Promise<Result<T>>,
  done: (data: T) => void,
): Attempt {
  const isBusy = ref(false)
  const refusal = shallowRef<Refusal>()
  const hasPlace = computed(() => refusal.value?.place !== undefined)
  const { seconds: waitSeconds, begin } = useCountdown(() => {
    if (hasPlace.value) void attempt()
  })
  const isHeld = computed(() => isBusy.value || waitSeconds.value > 0)
  let isGone = false

  async function run(): Promise<void> {
    if (!isHeld.value) await attempt()
  }

  async function attempt(): Promise<void> {
    isBusy.value = true
    const result = await send(refusal.value?.place)
    isBusy.value = false
    if (isGone) return
    refusal.value = result.ok ? undefined : result.refusal
    if (result.ok) done(result.data)
    else begin(result.refusal.retryAfterSeconds ?? 0)
  }

  onScopeDispose(() => {
    isGone = true
  })
  const ahead = computed(() => (hasPlace.value ? (refusal.value?.ahead ?? 0) : undefined))
  return { isBusy, refusal, waitSeconds, isHeld, ahead, run }
}
