import { Password, presentUser, User, UserName } from '../../accounts/account.schemas.ts'
import { bodyRefusals, errorResponses } from '../../http/document/api-schemas.ts'
import type { ObjectSchema, Routes } from '../../http/document/json-schema.ts'
import { DomainError } from '../../shared/errors.ts'
import type { OwnAccountService } from './own-account.service.ts'

const ChangeBody = {
  title: 'AccountChange',
  type: 'object',
  required: ['password'],
  properties: {
    password: { ...Password, description: '现在的密码 · The present password' },
    username: UserName,
    new_password: Password,
  },
  // This example, sent unchanged, changes nothing.
  examples: [{ password: 'quiet-reading-room', username: 'bllli' }],
} as const satisfies ObjectSchema

const RemovalBody = {
  title: 'AccountRemoval',
  type: 'object',
  required: ['password'],
  properties: { password: { ...Password, description: '现在的密码 · The present password' } },
  // This example, sent unchanged, is refused, so that nobody deletes an account with it.
  examples: [{ password: '现在的密码' }],
} as const satisfies ObjectSchema

const changing = {
  operationId: 'changeAccount',
  summary: '修改用户名或密码 · Change the user name or the password',
  description: `改密码后，所有令牌和已登录的浏览器失效；带 \`Idempotency-Key\` 重发时，用新密码登录。

Give \`username\`, \`new_password\` or both. A new password invalidates all tokens and sessions. To repeat the request with its \`Idempotency-Key\`, sign in with the new password: a 401 for the old one means that it was changed.`,
  tags: ['users'],
  body: ChangeBody,
  response: {
    200: User,
    ...errorResponses(
      ...([...bodyRefusals, 'parameter-missing', 'user-name-malformed', 'user-name-taken'] as const),
      ...(['password-length', 'password-is-user-name', 'password-is-student-number', 'password-common'] as const),
      ...(['unauthorized', 'password-wrong'] as const),
    ),
  },
}

const removing = {
  operationId: 'removeAccount',
  summary: '注销账号 · Remove the account',
  description: `账号和全部数据立即删除，无法恢复；学号可以重新注册。重发得到 401，因为账号已不存在。

The account and all its data are deleted at once and permanently. The student number can be registered again. A repeated request gets a 401, because the account no longer exists.`,
  tags: ['users'],
  body: RemovalBody,
  response: {
    204: { type: 'null', description: '已删除 · Deleted' },
    ...errorResponses(...([...bodyRefusals, 'parameter-missing', 'unauthorized', 'password-wrong'] as const)),
  },
} as const

const schemaErrorFormatter = () => new DomainError('parameter-missing')

export const ownAccountRoutes: Routes<{ ownAccount: OwnAccountService }> = async (app, { ownAccount }) => {
  app.put('/users/me', { schemaErrorFormatter, schema: changing }, async ({ identity, body, ip, origin }, reply) => {
    const { password, username, new_password: newPassword } = body
    if (username === undefined && newPassword === undefined) throw new DomainError('parameter-missing')
    const confirmation = { accountId: identity.accountId, password, address: ip }
    return reply.answerOnce(
      (write) => ownAccount.changeAccount(confirmation, { username, newPassword }, write),
      (account) => ({ body: presentUser(account, origin) }),
    )
  })

  app.delete('/users/me', { schemaErrorFormatter, schema: removing }, async ({ identity, body, ip }, reply) => {
    return reply.answerOnce(
      () => ownAccount.removeOwnAccount({ accountId: identity.accountId, password: body.password, address: ip }),
      // The account's keys are deleted with it, and its credentials no longer exist.
      () => ({ status: 204, body: null, isStored: false }),
    )
  })
}
