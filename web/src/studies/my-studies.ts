import { type ComputedRef, computed } from 'vue'
import { api, ask } from '../api/client.ts'
import type { Result } from '../api/result.ts'
import type { components } from '../api/schema.d.ts'
import { confirmed, outbox } from '../outbox/outbox.ts'
import { type Resource, useResource } from '../storage/resource.ts'
import { type ShownStudy, shownOf, sittingStart, withOutbox } from './shown-study.ts'

export type OwnStudyPage = components['schemas']['OwnStudyPage']

export interface MyStudies {
  resource: Resource<OwnStudyPage>
  /** Newest first, with the waiting entries of the outbox applied. */
  studies: ComputedRef<ShownStudy[]>
  running: ComputedRef<ShownStudy | undefined>
  /** The start of the current session of study, in seconds since 1970. */
  runningSince: ComputedRef<number | undefined>
}

/** The latest records of the signed-in student, and the running one. */
export function useMyStudies(count: number): MyStudies {
  const resource = useResource(
    () => 'latest',
    () => readLatest(count),
  )
  const studies = computed(() => shownStudies(resource.data.value?.studys ?? []))
  const running = computed(() => studies.value.find(({ end }) => end === undefined))
  const runningSince = computed(() => running.value && sittingStart(running.value, studies.value))
  return { resource, studies, running, runningSince }
}

/** The records of the last answer, with later confirmations and the waiting entries of the outbox applied. Newest first. */
export function shownStudies(studys: OwnStudyPage['studys']): ShownStudy[] {
  const known = new Map(studys.map((study) => [study.id, study]))
  for (const [id, study] of confirmed.value) {
    if (study) known.set(id, { ...known.get(id), ...study })
    else known.delete(id)
  }
  return withOutbox([...known.values()].map(shownOf), outbox.value)
}

export function readLatest(count: number): Promise<Result<OwnStudyPage>> {
  const query = { order: 'desc', per_page: count } as const
  return readConfirmed(() => ask(api.GET('/api/v1.0/users/me/studys', { params: { query } })))
}

/** Repeats a read if something was confirmed meanwhile, because the answer may lack it. */
export async function readConfirmed<T>(read: () => Promise<Result<T>>): Promise<Result<T>> {
  for (;;) {
    const before = confirmed.value
    const result = await read()
    if (!result.ok) return result
    if (confirmed.value !== before) continue
    if (before.size > 0) confirmed.value = new Map()
    return result
  }
}
