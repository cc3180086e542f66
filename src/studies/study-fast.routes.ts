import type { AccountId } from '../accounts/account.ts'
import type { Identity } from '../accounts/remembered-credentials.ts'
import { idParameter } from '../http/api-schemas.ts'
import type { FastAnswer, FastRoute } from '../http/fast-path.ts'
import { apiBase } from '../http/links.ts'
import { pageRequest } from '../http/pagination.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Order, Page } from '../shared/page.ts'
import { presentPage, presentStudy } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'
import type { Study, StudyId } from './study.ts'

/** Of the queries, those that phones send; the others are the framework's to judge. */
const query = '(?:\\?(?<query>[a-z0-9_=&]+))?'

const oneStudy = new RegExp(`^${apiBase}/studys/(?<id>\\d+)/?$`)

/** What phones do all day: starts and ends of now, a record, and the first page of a user's or everyone's records. */
export function studyFastRoutes({ studies }: { studies: StudyService }): FastRoute<Identity>[] {
  return [
    {
      method: 'GET',
      url: oneStudy,
      answer: ({ id, origin }) =>
        ofStudy(id, (id) => andThen(studies.getStudy(id), (study) => ({ body: presentStudy(study, origin) }))),
    },
    {
      method: 'POST',
      url: new RegExp(`^${apiBase}/studys/?$`),
      async answer({ caller, origin }) {
        const body = presentStudy(await studies.startStudy(caller.accountId), origin)
        return { body, location: body.url }
      },
    },
    {
      method: 'PUT',
      url: oneStudy,
      answer: ({ caller, id, origin }) =>
        ofStudy(id, async (id) => ({ body: presentStudy(await studies.endStudy(caller.accountId, id), origin) })),
    },
    {
      method: 'GET',
      url: new RegExp(`^${apiBase}/studys/?${query}$`),
      answer({ query, origin }) {
        const values = firstPageQuery(query)
        if (values === undefined) return undefined
        const page = studies.listStudies({ ...pageRequest(values), filter: {} })
        return andThen(page, (page) => ({ body: presentPage(page, origin, `${origin}${apiBase}/studys`, values) }))
      },
    },
    {
      method: 'GET',
      url: new RegExp(`^${apiBase}/users/(?<id>\\d+)/studys/?${query}$`),
      answer({ id, query, origin }) {
        const accountId = idParameter(id) as AccountId | undefined
        const values = firstPageQuery(query)
        if (accountId === undefined || values === undefined) return undefined
        const url = `${origin}${apiBase}/users/${accountId}/studys/`
        const write = (page: Page<Study>) => JSON.stringify(presentPage(page, origin, url, values))
        const page = studies.writePageOf(accountId, pageRequest(values), `${url}?${query}`, write)
        return andThen(page, (body) => ({ body }))
      },
    },
  ]
}

type Answer = MaybePromise<FastAnswer | undefined>

function ofStudy(text: string, answer: (id: StudyId) => Answer): Answer {
  const id = idParameter(text)
  return id === undefined ? undefined : answer(id as StudyId)
}

interface FirstPageQuery {
  per_page?: number
  order?: Order
}

/** Undefined for all but an order and a length. */
function firstPageQuery(query: string): FirstPageQuery | undefined {
  const values: FirstPageQuery = {}
  for (const pair of query === '' ? [] : query.split('&')) {
    const [, length, order] = /^(?:per_page=([1-9]\d?)|order=(asc|desc))$/.exec(pair) ?? []
    if (length !== undefined && values.per_page === undefined) values.per_page = Number(length)
    else if (order !== undefined && values.order === undefined) values.order = order as Order
    else return undefined
  }
  return values
}
