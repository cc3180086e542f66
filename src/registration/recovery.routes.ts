import { Password, presentUser, User } from '../accounts/account.schemas.ts'
import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { DomainError } from '../shared/errors.ts'
import type { RecoveryService } from './recovery.service.ts'
import { passwordRefusals, proofRefusals } from './school-refusal.ts'
import { bodyWithVerification, WaitingPlace } from './verification-input.schemas.ts'
import { type ProofKind, verificationInputOf } from './verification-input.ts'

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
        summary: '找回密码 · Give the account another password, the school being asked live',
        description:
          'Every token dies. The answer tells a forgotten user name. 404: the school confirms, but there is no account.',
        tags: ['users'],
        security: [],
        headers: WaitingPlace,
        body: bodyWithVerification(proofKind, { password: Password }, { password: 'quiet-reading-room' }),
        response: { 200: User, ...errorResponses(...proofRefusals, ...passwordRefusals, 'account-unknown', 'busy') },
      },
    },
    async (request) => {
      const account = await recovery.recoverAccount(
        verificationInputOf(proofKind, request.body, request.headers['waiting-place']),
        request.body.password,
        request.ip,
      )
      return presentUser(account, request.origin)
    },
  )
}
