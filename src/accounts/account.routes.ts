import { errorResponses, idParameter } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen } from '../shared/maybe-promise.ts'
import { presentUser, User } from './account.schemas.ts'
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
          properties: { user_id: { type: 'string', description: 'Id of the user, or `me`.' } },
        },
        response: { 200: User, ...errorResponses('unauthorized', 'not-found') },
      },
    },
    (request) => {
      const { user_id: text } = request.params
      const id = text === 'me' ? request.identity.accountId : (idParameter(text) as AccountId | undefined)
      if (id === undefined) throw new DomainError('not-found')
      return andThen(accounts.getAccount(id), (account) => presentUser(account, request.origin))
    },
  )
}
