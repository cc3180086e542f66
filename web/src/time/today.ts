import { type ComputedRef, computed } from 'vue'
import { service } from '../session/service-info.ts'
import { campusDay } from './campus-day.ts'
import { useNow } from './clock.ts'

/** The current day of the campus. It changes at midnight while the page is open. */
export function useToday(): ComputedRef<string> {
  const now = useNow()
  return computed(() => campusDay(now.value, service.value.timezone))
}
