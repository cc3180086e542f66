import { type ComputedRef, computed } from 'vue'
import { api, ask } from '../api/client.ts'
import { service } from '../session/service-info.ts'
import { useResource } from '../storage/resource.ts'
import { campusDay } from '../time/campus-day.ts'
import { fromWireTime } from '../time/wire-time.ts'

/** The service accepts no older records. */
const earliestDay = '2000-01-01'

/** The day of the first record, before which there is nothing to show. Today if there is no record, or while it is loading. */
export function useFirstDay(today: ComputedRef<string>): ComputedRef<string> {
  const first = useResource(
    () => 'first-record',
    () => ask(api.GET('/api/v1.0/users/me/studys', { params: { query: { per_page: 1 } } })),
  )
  return computed(() => {
    if (first.refusal.value && !first.data.value) return earliestDay
    const study = first.data.value?.studys[0]
    return study ? campusDay(fromWireTime(study.start_time), service.value.timezone) : today.value
  })
}
