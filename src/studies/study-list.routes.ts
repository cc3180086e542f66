import type { AccountId } from '../accounts/account.ts'
import { errorResponses, idParameter } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { JsonText } from '../http/json-text.ts'
import { apiBase } from '../http/links.ts'
import { pageRequest } from '../http/pagination.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen } from '../shared/maybe-promise.ts'
import type { Page } from '../shared/page.ts'
import { presentPage, StudyListQuery, StudyPage, timeRange, UserStudyListQuery } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'
import type { Study } from './study.ts'

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
    ({ query, origin }) => {
      const page = studies.listStudies({ ...pageRequest(query), filter: { running: query.running } })
      return andThen(page, (page) => presentPage(page, origin, `${origin}${apiBase}/studys`, query))
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
    ({ params, query, origin, identity: { accountId: caller } }) => {
      const accountId = idParameter(params.user_id) as AccountId | undefined
      if (accountId === undefined) throw new DomainError('not-found')
      const url = `${origin}${apiBase}/users/${accountId}/studys/`
      const present = (page: Page<Study>) => presentPage(page, origin, url, query)
      if (isFirstPage(query)) {
        const key = url + JSON.stringify(query)
        const write = (page: Page<Study>) => JSON.stringify(present(page))
        const text = studies.writePageOf(accountId, pageRequest(query), { caller, key, write })
        return andThen(text, (text) => new JsonText(text))
      }
      const filter = { accountId, running: query.running, ...timeRange(query) }
      return andThen(studies.listStudiesOf(accountId, { ...pageRequest(query), filter }, caller), present)
    },
  )
}

/** Whether the page is one that apps ask for all the time, and the page cache may hold: what else a query says makes too many. */
function isFirstPage(query: object): boolean {
  return Object.keys(query).every((name) => name === 'per_page' || name === 'order')
}
