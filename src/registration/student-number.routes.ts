import { presentUser, User } from '../accounts/account.schemas.ts'
import { bodyRefusals, errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { DomainError } from '../shared/errors.ts'
import type { RecoveryService } from './recovery.service.ts'
import { proofRefusals } from './school-refusal.ts'
import { anotherStudent, bodyWithVerification } from './verification-input.schemas.ts'
import { type ProofKind, verificationInputOf } from './verification-input.ts'

export const studentNumberRoutes: Routes<{
  recovery: RecoveryService
  proofKind: ProofKind
}> = async (app, { recovery, proofKind }) => {
  app.post(
    '/users/me/student-number',
    {
      schemaErrorFormatter: () => new DomainError('parameter-missing'),
      schema: {
        operationId: 'rebindStudentNumber',
        summary: '更换学号 · Bind the account to another student number',
        description:
          '例如本科升研究生。需要账号的密码，不能用令牌。\n\nFrom undergraduate to graduate, say. Takes the password of the account: a token is refused.',
        tags: ['users'],
        security: [{ basic: [] }],
        body: bodyWithVerification(proofKind, 'StudentNumberChange', {}, {}, anotherStudent),
        response: {
          200: User,
          ...errorResponses(
            'unauthorized',
            'password-wanted',
            ...bodyRefusals,
            ...proofRefusals,
            'student-number-taken',
          ),
        },
      },
    },
    async (request) => {
      const { accountId, by } = request.identity
      if (by === 'token') throw new DomainError('password-wanted')
      const account = await recovery.rebindStudentNumber(
        accountId,
        verificationInputOf(proofKind, request.body),
        request.ip,
      )
      return presentUser(account, request.origin)
    },
  )
}
