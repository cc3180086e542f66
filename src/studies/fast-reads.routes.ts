import { presentUser } from '../accounts/account.schemas.ts'
import type { AccountService } from '../accounts/account.service.ts'
import type { AccountId } from '../accounts/account.ts'
import type { Identity } from '../accounts/remembered-credentials.ts'
import { idParameter } from '../http/api-schemas.ts'
import type { FastRoute } from '../http/fast-path.ts'
import { apiBase } from '../http/links.ts'
import { pageRequest } from '../http/pagination.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen } from '../shared/maybe-promise.ts'
import type { Order, Page } from '../shared/page.ts'
import { presentPage, presentStudy } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'
import type { Study, StudyId } from './study.ts'

export interface FastReadsDeps {
  studies: StudyService
  accounts: AccountService
}

/** Of the queries, those that phones send; the others are the framework's to judge. */
const query = '(?:\\?(?<query>[a-z0-9_=&]+))?'

/** What phones poll: a record, a user, and the first page of a user's or everyone's records. */
export function fastReads({ studies, accounts }: FastReadsDeps): FastRoute<Identity>[] {
  return [
    {
      url: new RegExp(`^${apiBase}/studys/(?<id>\\d+)/?$`),
      answer: ({ id, origin }) =>
        andThen(studies.getStudy(known(id) as StudyId), (study) => presentStudy(study, origin)),
    },
    {
      url: new RegExp(`^${apiBase}/studys/?${query}$`),
      answer({ query, origin }) {
        const values = firstPageQuery(query)
        const page = studies.listStudies({ ...pageRequest(values), filter: {} })
        return andThen(page, (page) => presentPage(page, origin, `${origin}${apiBase}/studys`, values))
      },
    },
    {
      url: new RegExp(`^${apiBase}/users/(?<id>\\d+)/studys/?${query}$`),
      answer({ id, query, origin }) {
        const accountId = known(id) as AccountId
        const values = firstPageQuery(query)
        const url = `${origin}${apiBase}/users/${accountId}/studys/`
        const write = (page: Page<Study>) => JSON.stringify(presentPage(page, origin, url, values))
        return studies.writePageOf(accountId, pageRequest(values), `${url}?${query}`, write)
      },
    },
    {
      url: new RegExp(`^${apiBase}/users/(?<id>\\d+|me)/?$`),
      answer({ caller, id, origin }) {
        const account = accounts.getAccount(id === 'me' ? caller.accountId : (known(id) as AccountId))
        return andThen(account, (account) => presentUser(account, origin))
      },
    },
  ]
}

/** @throws DomainError `bad-query` for all but an order and a length */
function firstPageQuery(query: string): { per_page?: number; order?: Order } {
  const values: { per_page?: number; order?: Order } = {}
  for (const pair of query === '' ? [] : query.split('&')) {
    const [, length, order] = /^(?:per_page=([1-9]\d?)|order=(asc|desc))$/.exec(pair) ?? []
    if (length !== undefined && values.per_page === undefined) values.per_page = Number(length)
    else if (order !== undefined && values.order === undefined) values.order = order as Order
    else throw new DomainError('bad-query')
  }
  return values
}

/** @throws DomainError `not-found` */
function known(text: string): number {
  const id = idParameter(text)
  if (id === undefined) throw new DomainError('not-found')
  return id
}
