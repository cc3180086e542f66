import { type ComputedRef, computed, onScopeDispose, type Ref, ref, shallowRef } from 'vue'
import type { Refusal, Result } from '../api/result.ts'
import { useCountdown } from './countdown.ts'

export interface Attempt {
  isBusy: Ref<boolean>
  refusal: Ref<Refusal | undefined>
  /** Seconds until it can be tried again: it counts down. Zero when it can. */
  waitSeconds: Ref<number>
  /** Whether a press would do nothing now: it is under way, or has to wait. */
  isHeld: ComputedRef<boolean>
  /** How many are ahead in the line before the school: this attempt then goes on by itself. */
  ahead: ComputedRef<number | undefined>
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
