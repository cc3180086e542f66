import { Password, presentUser, User } from '../accounts/account.schemas.ts'
import { bodyRefusals, errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { DomainError } from '../shared/errors.ts'
import type { RecoveryService } from './recovery.service.ts'
import { passwordRefusals, proofRefusals } from './verification/school-refusal.ts'
import { bodyWithVerification, WaitingPlace } from './verification/verification-input.schemas.ts'
import { type ProofKind, verificationInputOf } from './verification/verification-input.ts'

export interface RecoveryRoutesOptions {
  recovery: RecoveryService
  proofKind: ProofKind
}

export const recoveryRoutes: Routes<RecoveryRoutesOptions> = async (app, { recovery, proofKind }) => {
  app.post(
    '/recover',
    {
      schemaErrorFormatter: () => new DomainError('parameter-missing'),
      schema: {
        operationId: 'recover',
        summary: '找回密码 · Recover the account with a new password',
        description:
          '学校确认登录后更换密码，所有令牌和已登录的浏览器失效；响应中包含用户名，以便忘记时查看。404：学校已确认，但没有账号。\n\nAll tokens and sessions become invalid. The response contains the user name, in case it was forgotten. 404: the school has accepted the login, but there is no account.',
        tags: ['users'],
        security: [],
        headers: WaitingPlace,
        body: bodyWithVerification(proofKind, 'Recovery', { password: Password }, { password: 'quiet-reading-room' }),
        response: {
          200: User,
          ...errorResponses(...bodyRefusals, ...proofRefusals, ...passwordRefusals, 'account-unknown'),
        },
      },
    },
    async (request, reply) => {
      const { body, ip, origin } = request
      const input = verificationInputOf(proofKind, body, request.headers['waiting-place'])
      return reply.answerOnce(
        (write) => recovery.recoverAccount(input, body.password, ip, write),
        (account) => ({ body: presentUser(account, origin), accountId: account.id }),
        { asksSchool: true },
      )
    },
  )
}
