import { idParameter } from '../http/api-schemas.ts'
import type { FastRoute } from '../http/fast-path.ts'
import { apiBase } from '../http/links.ts'
import { andThen } from '../shared/maybe-promise.ts'
import type { AccountRoutesOptions } from './account.routes.ts'
import { presentUser } from './account.schemas.ts'
import type { AccountId } from './account.ts'
import type { Identity } from './remembered-credentials.ts'

/** What phones ask for again and again of accounts. */
export function accountFastRoutes({ accounts, authentication }: AccountRoutesOptions): FastRoute<Identity>[] {
  return [
    {
      method: 'GET',
      url: new RegExp(`^${apiBase}/users/(?<id>\\d+|me)/?$`),
      answer({ caller, id, origin }) {
        const accountId = id === 'me' ? caller.accountId : (idParameter(id) as AccountId | undefined)
        if (accountId === undefined) return undefined
        return andThen(accounts.getAccount(accountId), (account) => ({ body: presentUser(account, origin) }))
      },
    },
    {
      method: 'GET',
      url: new RegExp(`^${apiBase}/token/?$`),
      answer: ({ caller }) => ({ body: authentication.issueToken(caller) }),
    },
  ]
}
