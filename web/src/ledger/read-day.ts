import { type ComputedRef, computed } from 'vue'
import { api, ask } from '../api/client.ts'
import type { components } from '../api/schema.d.ts'
import { confirmed, outbox } from '../outbox/outbox.ts'
import { service } from '../session/service-info.ts'
import { type Resource, useResource } from '../storage/resource.ts'
import { usePoll } from '../studies/poll.ts'
import { type ShownStudy, shownOf, withOutbox } from '../studies/shown-study.ts'
import { addDays, fromCampusInput } from '../time/campus-day.ts'
import { toWireTime } from '../time/wire-time.ts'

export type Ledger = components['schemas']['Ledger']
export type LedgerInterval = Ledger['intervals'][number]
type OwnStudyPage = components['schemas']['OwnStudyPage']

/** Start and end of a day, in seconds since 1970. A day may have 23 or 25 hours. */
export interface DaySpan {
  from: number
  to: number
}

export function spanOf(day: string): DaySpan {
  const { timezone } = service.value
  return {
    from: fromCampusInput(`${day}T00:00`, timezone),
    to: fromCampusInput(`${addDays(day, 1)}T00:00`, timezone),
  }
}

export function useLedger(day: () => string | undefined): Resource<Ledger> {
  const resource = useResource(
    () => day() && `ledger:${day()}`,
    () => ask(api.GET('/api/v1.0/users/me/ledger', { params: { query: { day: day() ?? '' } } })),
  )
  usePoll(resource.reload, 60)
  return resource
}

/** An earlier record may end on the day. None is longer than this, unless the operator allows it. */
const maxRecordSeconds = 48 * 3600

export interface DayRecords {
  resource: Resource<OwnStudyPage>
  /** Records that overlap the day, in order, with the changes that wait in the outbox. */
  studies: ComputedRef<ShownStudy[]>
}

export function useDayRecords(day: () => string | undefined): DayRecords {
  const resource = useResource(
    () => day() && `records-of:${day()}`,
    () => {
      const { from, to } = spanOf(day() ?? '')
      const query = {
        from: toWireTime(from - maxRecordSeconds),
        to: toWireTime(to),
        per_page: 100,
        order: 'desc' as const,
      }
      return ask(api.GET('/api/v1.0/users/me/studys', { params: { query } }))
    },
  )
  const studies = computed(() => {
    const { from, to } = spanOf(day() ?? '')
    const isRemoved = (id: number) => confirmed.value.has(id) && confirmed.value.get(id) === undefined
    const known = (resource.data.value?.studys ?? []).filter(({ id }) => !isRemoved(id))
    return withOutbox(
      known.map((study) => shownOf({ ...study, ...confirmed.value.get(study.id) })),
      outbox.value,
    )
      .filter((study) => study.start < to && (study.end ?? to) >= from && (study.end !== from || study.start === from))
      .reverse()
  })
  return { resource, studies }
}
