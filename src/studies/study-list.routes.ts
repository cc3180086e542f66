import type { AccountId } from '../accounts/account.ts'
import { errorResponses, idParameter } from '../http/api-schemas.ts'
import { invalidParameter } from '../http/invalid-parameter.ts'
import type { Routes } from '../http/json-schema.ts'
import { apiBase } from '../http/links.ts'
import { pageRequest } from '../http/pagination.ts'
import { fromWireTime } from '../http/wire-time.ts'
import { DomainError } from '../shared/errors.ts'
import { presentPage, StudyListQuery, StudyPage, UserStudyListQuery } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'

export const studyListRoutes: Routes<{ studies: StudyService }> = async (app, { studies }) => {
  app.get(
    '/studys',
    {
      schemaErrorFormatter: invalidParameter('bad-query'),
      schema: {
        operationId: 'listStudies',
        summary: '所有人的学习记录 · Everyone’s records',
        description: 'Ordered by start, oldest first. Follow `next` and `prev` as they are.',
        tags: ['studys'],
        querystring: StudyListQuery,
        response: { 200: StudyPage, ...errorResponses('bad-query', 'bad-cursor', 'unauthorized') },
      },
    },
    async ({ query, origin }) => {
      const page = await studies.listStudies({ ...pageRequest(query), filter: { running: query.running } })
      return presentPage(page, origin, `${origin}${apiBase}/studys`, query)
    },
  )

  app.get(
    '/users/:user_id/studys/',
    {
      schemaErrorFormatter: invalidParameter('bad-query'),
      schema: {
        operationId: 'listUserStudies',
        summary: '某个用户的学习记录 · One user’s records',
        description: 'Ordered by start, oldest first. `from` is inside, `to` is outside.',
        tags: ['users'],
        params: {
          type: 'object',
          required: ['user_id'],
          properties: { user_id: { type: 'string', description: 'Id of the user.' } },
        },
        querystring: UserStudyListQuery,
        response: {
          200: StudyPage,
          ...errorResponses('bad-query', 'bad-time', 'range-reversed', 'bad-cursor', 'unauthorized', 'not-found'),
        },
      },
    },
    async ({ params, query, origin }) => {
      const accountId = idParameter(params.user_id) as AccountId | undefined
      if (accountId === undefined) throw new DomainError('not-found')
      const filter = { accountId, running: query.running, ...timeRange(query) }
      const page = await studies.listStudiesOf(accountId, { ...pageRequest(query), filter })
      return presentPage(page, origin, `${origin}${apiBase}/users/${accountId}/studys/`, query)
    },
  )
}

/** @throws DomainError `bad-time`, `range-reversed` for a range that ends before it begins */
function timeRange({ from, to }: { from?: string; to?: string }) {
  const range = {
    from: from === undefined ? undefined : fromWireTime(from, 'from'),
    to: to === undefined ? undefined : fromWireTime(to, 'to'),
  }
  if (range.from !== undefined && range.to !== undefined && range.to < range.from)
    throw new DomainError('range-reversed')
  return range
}
