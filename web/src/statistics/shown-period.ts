import { type ComputedRef, computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { service } from '../session/service-info.ts'
import { useFirstDay } from './first-day.ts'
import {
  isDay,
  latestPeriod,
  type Period,
  type PeriodKind,
  periodAfter,
  periodBefore,
  periodContaining,
  periodKinds,
} from './period.ts'

export interface PeriodChoice {
  kind: WritableComputedRef<PeriodKind>
  /** Undefined where there is no term. */
  period: ComputedRef<Period | undefined>
  before: ComputedRef<Period | undefined>
  after: ComputedRef<Period | undefined>
  show(period: Period | undefined): void
}

/** Which week, month or term is looked at. It stands in the address, so that going back from a day finds it again. */
export function usePeriodChoice(today: ComputedRef<string>): PeriodChoice {
  const [route, router] = [useRoute(), useRouter()]
  const terms = computed(() => service.value.terms)
  const kind = computed({
    get: () => periodKinds.find((one) => one === route.query.by) ?? 'week',
    set: (by) => void router.replace({ query: { by } }),
  })
  const period = computed(() => {
    const { day } = route.query
    const wanted = isDay(day) && day <= today.value ? periodContaining(kind.value, day, terms.value) : undefined
    return wanted ?? latestPeriod(kind.value, today.value, terms.value)
  })
  const firstDay = useFirstDay(today)
  const before = computed(
    () => period.value && periodBefore(kind.value, period.value, { terms: terms.value, firstDay: firstDay.value }),
  )
  const after = computed(
    () => period.value && periodAfter(kind.value, period.value, { terms: terms.value, today: today.value }),
  )

  function show(wanted: Period | undefined): void {
    if (wanted) void router.replace({ query: { by: kind.value, day: wanted.from } })
  }

  return { kind, period, before, after, show }
}
