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
        params: {
          type: 'object',
          required: ['user_id'],
          properties: { user_id: { type: 'string', description: 'Id of the user.' } },
        },
        response: { 200: User, ...errorResponses('unauthorized', 'not-found') },
      },
    },
    ({ params, origin }) => {
      const id = idParameter(params.user_id) as AccountId | undefined
      if (id === undefined) throw new DomainError('not-found')
      return andThen(accounts.getAccount(id), (account) => presentUser(account, origin))
    },
  )
}
