import { api, ask } from '../api/client.ts'
import type { components } from '../api/schema.d.ts'
import { account } from '../session/account.ts'
import { type Resource, useResource } from '../storage/resource.ts'
import { usePoll } from '../studies/poll.ts'
import type { Period } from './period.ts'

export type Statistics = components['schemas']['Statistics']

/** The statistics of these days from the service. Requests nothing without a period. */
export function useStatistics(period: () => Period | undefined): Resource<Statistics> {
  const resource = useResource(
    () => {
      const days = period()
      return days && `statistics:${days.from}:${days.to}`
    },
    () => {
      const query = period() ?? {}
      const path = { user_id: account.value?.id ?? 0 }
      return ask(api.GET('/api/v1.0/users/{user_id}/statistics', { params: { path, query } }))
    },
  )
  usePoll(resource.reload, 60)
  return resource
}
