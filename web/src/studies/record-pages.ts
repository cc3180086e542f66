import { type ComputedRef, computed, type Ref, ref } from 'vue'
import { fetchLink } from '../api/client.ts'
import type { Result } from '../api/result.ts'
import { account } from '../session/account.ts'
import { service } from '../session/service-info.ts'
import { type Resource, useResource } from '../storage/resource.ts'
import { campusDay } from '../time/campus-day.ts'
import { type OwnStudyPage, readConfirmed, readLatest, shownStudies } from './my-studies.ts'
import type { ShownStudy } from './shown-study.ts'

export interface RecordDay {
  day: string
  studies: ShownStudy[]
}

export interface RecordPages {
  resource: Resource<OwnStudyPage>
  /** By the campus day of their start, the latest first. */
  days: ComputedRef<RecordDay[]>
  hasMore: ComputedRef<boolean>
  isLoadingMore: Ref<boolean>
  loadMore(): Promise<void>
}

const pageSize = 50

/** The records of the signed-in student that have been loaded so far. */
export function useRecordPages(): RecordPages {
  const isLoadingMore = ref(false)
  let pages = 1
  const resource = useResource(
    () => 'records',
    () => readConfirmed(() => readPages(pages)),
  )

  async function loadMore(): Promise<void> {
    const { data, isLoading, refusal } = resource
    const link = data.value?.next
    if (!link || isLoading.value || isLoadingMore.value) return
    isLoadingMore.value = true
    const owner = account.value?.id
    const before = data.value
    const result = await fetchLink<OwnStudyPage>(link)
    isLoadingMore.value = false
    // All pages were loaded again in the meantime.
    if (data.value !== before || before === undefined || owner !== account.value?.id) return
    refusal.value = result.ok ? undefined : result.refusal
    if (!result.ok) return
    pages++
    data.value = joined(before, result.data)
  }

  const days = computed(() => byDay(shownStudies(resource.data.value?.studys ?? []), service.value.timezone))
  const hasMore = computed(() => Boolean(resource.data.value?.next))
  return { resource, days, hasMore, isLoadingMore, loadMore }
}

/** When records change, everything that is on the screen is read again. */
async function readPages(pages: number): Promise<Result<OwnStudyPage>> {
  let answer = await readLatest(pageSize)
  for (let read = 1; read < pages && answer.ok && answer.data.next; read++) {
    const { data } = answer
    const more: Result<OwnStudyPage> = await fetchLink<OwnStudyPage>(answer.data.next)
    answer = more.ok ? { ...more, data: joined(data, more.data) } : more
  }
  return answer
}

function joined(before: OwnStudyPage, more: OwnStudyPage): OwnStudyPage {
  return { ...more, studys: [...before.studys, ...more.studys] }
}

function byDay(studies: readonly ShownStudy[], timezone: string): RecordDay[] {
  const days = new Map<string, ShownStudy[]>()
  for (const study of studies) {
    const day = campusDay(study.start, timezone)
    const known = days.get(day)
    if (known) known.push(study)
    else days.set(day, [study])
  }
  return [...days].map(([day, ofDay]) => ({ day, studies: ofDay }))
}
