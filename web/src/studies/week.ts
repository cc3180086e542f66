import { type ComputedRef, computed, type Ref } from 'vue'
import { api, ask } from '../api/client.ts'
import { account } from '../session/account.ts'
import { service } from '../session/service-info.ts'
import { useResource } from '../storage/resource.ts'
import { addDays, campusDay } from '../time/campus-day.ts'
import { serverNow } from '../time/clock.ts'
import { usePoll } from './poll.ts'
import type { ShownStudy } from './shown-study.ts'

export interface DayTime {
  day: string
  seconds: number
}

export interface Week {
  today: ComputedRef<string>
  /** The seven days up to today. */
  days: ComputedRef<DayTime[]>
  /** Undefined before the first answer. */
  todaySeconds: ComputedRef<number | undefined>
  streak: ComputedRef<{ current: number; today: boolean } | undefined>
  isLoading: Ref<boolean>
}

/** The last seven campus days as counted by the service, plus the time since then while a record is running. */
export function useWeek(now: Ref<number>, running: ComputedRef<ShownStudy | undefined>): Week {
  const today = computed(() => campusDay(now.value, service.value.timezone))
  const statistics = useResource(
    () => `week:${today.value}`,
    async () => {
      const user_id = account.value?.id ?? 0
      const query = { from: addDays(today.value, -6), to: today.value }
      const result = await ask(
        api.GET('/api/v1.0/users/{user_id}/statistics', { params: { path: { user_id }, query } }),
      )
      return result.ok ? { ...result, data: { ...result.data, readAt: serverNow() } } : result
    },
  )
  usePoll(statistics.reload, 60)

  const counted = computed(() => new Map(statistics.data.value?.days.map(({ day, seconds }) => [day, seconds])))
  const todaySeconds = computed(() => {
    const { value: answer } = statistics.data
    if (answer === undefined) return undefined
    const since = running.value ? Math.max(answer.readAt, running.value.start) : now.value
    return (counted.value.get(today.value) ?? 0) + Math.max(0, Math.floor(now.value - since))
  })
  const days = computed(() =>
    Array.from({ length: 7 }, (_, at) => addDays(today.value, at - 6)).map((day) => ({
      day,
      seconds: day === today.value ? (todaySeconds.value ?? 0) : (counted.value.get(day) ?? 0),
    })),
  )
  const streak = computed(() => statistics.data.value?.streak)
  return { today, days, todaySeconds, streak, isLoading: statistics.isLoading }
}
