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
import { presentPage, presentStudy } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'
import type { StudyId } from './study.ts'

export interface FastReadsDeps {
  studies: StudyService
  accounts: AccountService
}

/** What phones poll: a record, a user, and the first page of a user's or everyone's records. */
export function fastReads({ studies, accounts }: FastReadsDeps): FastRoute<Identity>[] {
  return [
    {
      url: new RegExp(`^${apiBase}/studys/(\\d+)/?$`),
      answer: (_identity, id, origin) =>
        andThen(studies.getStudy(known(id) as StudyId), (study) => presentStudy(study, origin)),
    },
    {
      url: new RegExp(`^${apiBase}/studys/?$`),
      answer(_identity, _none, origin) {
        const page = studies.listStudies({ ...pageRequest({}), filter: {} })
        return andThen(page, (page) => presentPage(page, origin, `${origin}${apiBase}/studys`, {}))
      },
    },
    {
      url: new RegExp(`^${apiBase}/users/(\\d+)/studys/?$`),
      answer(_identity, id, origin) {
        const accountId = known(id) as AccountId
        const url = `${origin}${apiBase}/users/${accountId}/studys/`
        const page = studies.listStudiesOf(accountId, { ...pageRequest({}), filter: { accountId } })
        return andThen(page, (page) => presentPage(page, origin, url, {}))
      },
    },
    {
      url: new RegExp(`^${apiBase}/users/(\\d+|me)/?$`),
      answer({ accountId }, id, origin) {
        const account = accounts.getAccount(id === 'me' ? accountId : (known(id) as AccountId))
        return andThen(account, (account) => presentUser(account, origin))
      },
    },
  ]
}

/** @throws DomainError `not-found` */
function known(text: string): number {
  const id = idParameter(text)
  if (id === undefined) throw new DomainError('not-found')
  return id
}
