import { UserId } from '../../accounts/account.schemas.ts'
import type { AccountId } from '../../accounts/account.ts'
import { errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { invalidParameter } from '../../http/errors/invalid-parameter.ts'
import { JsonText } from '../../http/json-text.ts'
import { apiBase } from '../../http/links.ts'
import { pageRequest } from '../../http/pagination.ts'
import { andThen } from '../../shared/maybe-promise.ts'
import type { Page } from '../../shared/page.ts'
import { presentPage, StudyListQuery, StudyPage, timeRange, UserStudyListQuery } from '../study.schemas.ts'
import type { StudyService } from '../study.service.ts'
import type { Study } from '../study.ts'

const listing = {
  operationId: 'listStudies',
  summary: '所有人的学习记录 · Everyone’s records',
  description:
    '按开始时间排列，最早的在前。翻页请原样使用 `next` 和 `prev`。\n\nOrdered by start, oldest first. Follow `next` and `prev` as they are.',
  tags: ['studys'],
  querystring: StudyListQuery,
  response: { 200: StudyPage, ...errorResponses('bad-query', 'bad-cursor', 'unauthorized') },
} as const

const listingOneUser = {
  operationId: 'listUserStudies',
  summary: '某个用户的学习记录 · One user’s records',
  description:
    '按开始时间排列，最早的在前。包含 `from` 时刻，不含 `to` 时刻。\n\nOrdered by start, oldest first. `from` is inclusive, `to` is exclusive.',
  tags: ['users'],
  params: {
    type: 'object',
    required: ['user_id'],
    properties: { user_id: UserId },
  },
  querystring: UserStudyListQuery,
  response: {
    200: StudyPage,
    ...errorResponses('bad-query', 'bad-time', 'range-reversed', 'bad-cursor', 'unauthorized', 'not-found'),
  },
} as const

const schemaErrorFormatter = invalidParameter('bad-query')

export const studyListRoutes: Routes<{ studies: StudyService }> = async (app, { studies }) => {
  app.get('/studys', { schemaErrorFormatter, schema: listing }, ({ query, origin }) => {
    const page = studies.listStudies({ ...pageRequest(query), filter: { running: query.running } })
    return andThen(page, (page) => presentPage(page, origin, `${origin}${apiBase}/studys`, query))
  })

  app.get('/users/:user_id/studys/', { schemaErrorFormatter, schema: listingOneUser }, (request) => {
    const { query, origin } = request
    const caller = request.identity.accountId
    const accountId = request.params.user_id as AccountId
    const url = `${origin}${apiBase}/users/${accountId}/studys/`
    const present = (page: Page<Study>) => presentPage(page, origin, url, query)
    if (isFirstPage(query)) {
      const write = (page: Page<Study>) => JSON.stringify(present(page))
      const key = `${accountId} ${JSON.stringify(query)}`
      const text = studies.writePageOf(accountId, pageRequest(query), { caller, key, origin, write })
      return andThen(text, (text) => new JsonText(text))
    }
    const filter = { accountId, running: query.running, ...timeRange(query) }
    return andThen(studies.listStudiesOf(accountId, { ...pageRequest(query), filter }, caller), present)
  })
}

/** Whether apps request this page all the time, so that it may be cached. Other query parameters have too many values. */
function isFirstPage(query: object): boolean {
  return Object.keys(query).every((name) => name === 'per_page' || name === 'order')
}
