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
    '/users/:user_id',
    {
      schema: {
        operationId: 'getUser',
        summary: '查看用户 · One user',
        tags: ['users'],
        params: {
          type: 'object',
          required: ['user_id'],
          properties: {
            user_id: {
              anyOf: [UserId, { type: 'string', const: 'me' }],
              description: '用户编号，或 `me`（自己） · Id of the user, or `me` for oneself',
              examples: ['me'],
            },
          },
        },
        response: { 200: User, ...errorResponses('unauthorized', 'not-found') },
      },
    },
    (request) => {
      const { user_id: id } = request.params
      const accountId = id === 'me' ? request.identity.accountId : (id as AccountId)
      return andThen(accounts.getAccount(accountId), (account) => presentUser(account, request.origin))
    },
  )
}
