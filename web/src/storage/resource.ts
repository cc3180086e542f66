import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue'
import type { Refusal, Result } from '../api/result.ts'
import { account } from '../session/account.ts'
import { database } from './database.ts'

export interface Resource<T> {
  data: ShallowRef<T | undefined>
  /** Why the latest load failed. There may still be older data. */
  refusal: ShallowRef<Refusal | undefined>
  isLoading: Ref<boolean>
  reload(): Promise<void>
}

/** Increases whenever records of this account change. All resources on the screen are then loaded again. */
export const recordsVersion = ref(0)

/**
 * An answer of the API, stored under `key` for use offline. It is loaded whenever the key or the records change. An answer for an
 * earlier key is ignored.
 */
export function useResource<T>(key: () => string | undefined, load: () => Promise<Result<T>>): Resource<T> {
  const data = shallowRef<T>()
  const refusal = shallowRef<Refusal>()
  const isLoading = ref(false)
  let isDisposed = false
  onScopeDispose(() => {
    isDisposed = true
  })

  async function reload(): Promise<void> {
    const requested = nameOf(key())
    if (requested === undefined) return
    isLoading.value = true
    const result = await load()
    if (result.ok) void storeAnswer(requested, result.data)
    if (isDisposed || nameOf(key()) !== requested) return
    isLoading.value = false
    refusal.value = result.ok ? undefined : result.refusal
    if (result.ok) data.value = result.data
  }

  async function open(): Promise<void> {
    data.value = undefined
    refusal.value = undefined
    const requested = nameOf(key())
    if (requested === undefined) return
    const answered = reload()
    const stored = (await (await database)?.get('answers', requested)) as T | undefined
    if (stored !== undefined && data.value === undefined && nameOf(key()) === requested) data.value = stored
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
  await (await database)?.put('answers', answer, name).catch(() => undefined)
}

/** Called at sign-out, so that nothing of the account stays on a shared computer. */
export async function clearAnswers(): Promise<void> {
  await (await database)?.clear('answers').catch(() => undefined)
}
