import { errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { invalidParameter } from '../../http/errors/invalid-parameter.ts'
import { dayOfQuery } from '../statistics.schemas.ts'
import { LedgerAnswer, LedgerQuery, presentLedger } from './ledger.schemas.ts'
import type { LedgerService } from './ledger.service.ts'

const reading = {
  operationId: 'getLedger',
  summary: '一天的明细 · The ledger of a day',
  description: `这一天的时间由哪些记录组成，哪些被切开、合并、封顶或不计入排行榜，以及原因。

The intervals that make up a day: what was cut, merged, capped or not counted on boards, and why.`,
  tags: ['users'],
  querystring: LedgerQuery,
  response: { 200: LedgerAnswer, ...errorResponses('bad-query', 'unauthorized') },
} as const

export const ledgerRoutes: Routes<{ ledgers: LedgerService }> = async (app, { ledgers }) => {
  app.get(
    '/users/me/ledger',
    { schemaErrorFormatter: invalidParameter('bad-query'), schema: reading },
    async ({ identity, query }) => {
      return presentLedger(await ledgers.getLedger(identity.accountId, dayOfQuery(query.day, 'day')))
    },
  )
}
