import type { AccountId } from '../accounts/account.ts'
import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { JsonText } from '../http/json-text.ts'
import { andThen } from '../shared/maybe-promise.ts'
import {
  dayOfQuery,
  presentStatistics,
  StatisticsAnswer,
  StatisticsParams,
  StatisticsQuery,
} from './statistics.schemas.ts'
import type { StatisticsService } from './statistics.service.ts'
import type { DayWindow } from './statistics.ts'

const reading = {
  operationId: 'getStatistics',
  summary: '学习统计 · Statistics',
  description: `重叠的记录只算一次；按校园日历（\`TIMEZONE\`）在午夜切开；进行中的记录算到现在。隐藏（\`only_me\`）的用户对别人是 404。

Time is counted once where records overlap, and cut at the campus’ midnights (\`TIMEZONE\`); a running record counts up to now. Of a hidden user (\`only_me\`), others get 404.`,
  tags: ['users'],
  params: StatisticsParams,
  querystring: StatisticsQuery,
  response: {
    200: StatisticsAnswer,
    ...errorResponses('bad-query', 'range-reversed', 'window-too-long', 'unauthorized', 'not-found'),
  },
} as const

export const statisticsRoutes: Routes<{ statistics: StatisticsService }> = async (app, { statistics }) => {
  app.get(
    '/users/:user_id/statistics',
    { schemaErrorFormatter: invalidParameter('bad-query'), schema: reading },
    ({ params, query, identity: { accountId: caller } }) => {
      const accountId = params.user_id as AccountId
      const text = statistics.writeStatistics(accountId, {
        caller,
        window: windowOfQuery(query),
        write: (found) => JSON.stringify(presentStatistics(found, accountId === caller)),
      })
      return andThen(text, (text) => new JsonText(text))
    },
  )
}

function windowOfQuery({ from, to }: { from?: string; to?: string }): Partial<DayWindow> {
  const [first, last] = [dayOfQuery(from, 'from'), dayOfQuery(to, 'to')]
  return { ...(first === undefined ? {} : { from: first }), ...(last === undefined ? {} : { to: last }) }
}
