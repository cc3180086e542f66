import { presentUser } from '../accounts/account.schemas.ts'
import type { AccountService } from '../accounts/account.service.ts'
import type { AccountId } from '../accounts/account.ts'
import type { Identity } from '../accounts/remembered-credentials.ts'
import { idParameter } from '../http/api-schemas.ts'
import type { FastRoute } from '../http/fast-path.ts'
import { apiBase } from '../http/links.ts'
import { pageRequest } from '../http/pagination.ts'
import { DomainError } from '../shared/errors.ts'
import { presentPage, presentStudy } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'
import type { StudyId } from './study.ts'

export interface FastReadsDeps {
  studies: StudyService
  accounts: AccountService
}

/** What phones poll: a record, a user, and the first page of a user's records. */
export function fastReads({ studies, accounts }: FastReadsDeps): FastRoute<Identity>[] {
  return [
    {
      url: new RegExp(`^${apiBase}/studys/(\\d+)$`),
      answer: async (_identity, id, origin) => presentStudy(await studies.getStudy(known(id) as StudyId), origin),
    },
    {
      url: new RegExp(`^${apiBase}/users/(\\d+)/studys/$`),
      async answer(_identity, id, origin) {
        const accountId = known(id) as AccountId
        const page = await studies.listStudiesOf(accountId, { ...pageRequest({}), filter: { accountId } })
        return presentPage(page, origin, `${origin}${apiBase}/users/${accountId}/studys/`, {})
      },
    },
    {
      url: new RegExp(`^${apiBase}/users/(\\d+|me)$`),
      answer: async ({ accountId }, id, origin) =>
        presentUser(await accounts.getAccount(id === 'me' ? accountId : (known(id) as AccountId)), origin),
    },
  ]
}

/** @throws DomainError `not-found` */
function known(text: string): number {
  const id = idParameter(text)
  if (id === undefined) throw new DomainError('not-found')
  return id
}
