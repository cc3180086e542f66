import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { Refusal, Result } from '../api/result.ts'
import { account } from '../session/account.ts'
import { database } from './database.ts'

export interface Resource<T> {
  data: ShallowRef<T | undefined>
  /** Why the latest attempt failed. The data may still be there, from before. */
  refusal: ShallowRef<Refusal | undefined>
  isLoading: Ref<boolean>
  reload(): Promise<void>
}

/** Counts up whenever records of this account changed: every resource on the screen is then asked for again. */
export const recordsVersion = ref(0)

/**
 * What the API answers, kept for the time without a network. `key` names the answer; it is asked for whenever the key changes, and
 * when records change. An answer that is overtaken by a later key is dropped.
 */
export function useResource<T>(key: () => string | undefined, load: () => Promise<Result<T>>): Resource<T> {
  const data = shallowRef<T>()
  const refusal = shallowRef<Refusal>()
  const isLoading = ref(false)
  let isGone = false
  onScopeDispose(() => {
    isGone = true
  })

  async function reload(): Promise<void> {
    const asked = nameOf(key())
    if (asked === undefined) return
    isLoading.value = true
    const result = await load()
    if (result.ok) void storeAnswer(asked, result.data)
    if (isGone || nameOf(key()) !== asked) return
    isLoading.value = false
    refusal.value = result.ok ? undefined : result.refusal
    if (result.ok) data.value = result.data
  }

  async function open(): Promise<void> {
    data.value = undefined
    refusal.value = undefined
    const asked = nameOf(key())
    if (asked === undefined) return
    const answered = reload()
    const kept = (await (await database)?.get('answers', asked)) as T | undefined
    if (kept !== undefined && data.value === undefined && nameOf(key()) === asked) data.value = kept
    await answered
  }

  watch(key, open, { immediate: true })
  watch(recordsVersion, reload)
  return { data, refusal, isLoading, reload }
}

function nameOf(key: string | undefined): string | undefined {
  return key === undefined || account.value === undefined ? undefined : `${account.value.id}:${key}`
}

async function storeAnswer(name: string, answer: unknown): Promise<void> {
  // A structured clone of a reactive object fails; answers are plain.
  await (await database)?.put('answers', answer, name).catch(() => undefined)
}

/** At sign-out: nothing of an account stays readable on a shared computer. */
export async function clearAnswers(): Promise<void> {
  await (await database)?.clear('answers').catch(() => undefined)
}
