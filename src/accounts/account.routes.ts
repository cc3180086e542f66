import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { andThen } from '../shared/maybe-promise.ts'
import { presentUser, User, UserId } from './account.schemas.ts'
import type { AccountService } from './account.service.ts'
import type { AccountId } from './account.ts'

export interface AccountRoutesOptions {
  accounts: AccountService
}

export const accountRoutes: Routes<AccountRoutesOptions> = async (app, { accounts }) => {
  app.get(
    '/users/me',
    {
      schema: {
        operationId: 'getMe',
        summary: '查看自己 · The caller',
        tags: ['users'],
        response: { 200: User, ...errorResponses('unauthorized') },
      },
    },
    ({ identity, origin }) =>
      andThen(accounts.getAccount(identity.accountId), (account) => presentUser(account, origin)),
  )

  app.get(
    '/users/:user_id',
    {
      schema: {
        operationId: 'getUser',
        summary: '查看用户 · One user',
        tags: ['users'],
        params: { type: 'object', required: ['user_id'], properties: { user_id: UserId } },
        response: { 200: User, ...errorResponses('unauthorized', 'not-found') },
      },
    },
    ({ params, origin }) =>
      andThen(accounts.getAccount(params.user_id as AccountId), (account) => presentUser(account, origin)),
  )
}
