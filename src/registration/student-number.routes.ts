import { Password, presentUser, User } from '../accounts/account.schemas.ts'
import type { AuthenticationService } from '../authentication/authentication.service.ts'
import { bodyRefusals, errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { DomainError } from '../shared/errors.ts'
import type { RecoveryService } from './recovery.service.ts'
import { proofRefusals } from './verification/school-refusal.ts'
import { anotherStudent, bodyWithVerification, WaitingPlace } from './verification/verification-input.schemas.ts'
import { type ProofKind, verificationInputOf } from './verification/verification-input.ts'

export const studentNumberRoutes: Routes<{
  authentication: Pick<AuthenticationService, 'confirmPassword'>
  recovery: RecoveryService
  proofKind: ProofKind
}> = async (app, { authentication, recovery, proofKind }) => {
  app.post(
    '/users/me/student-number',
    {
      schemaErrorFormatter: () => new DomainError('parameter-missing'),
      schema: {
        operationId: 'rebindStudentNumber',
        summary: '更换学号 · Change the student number of the account',
        description:
          '例如本科升研究生。请求内容中要有账号的密码，不能用令牌；所有令牌和已登录的浏览器失效。\n\nFor example, from undergraduate to graduate. Requires the password of the account in the body; a token is refused. All tokens and sessions become invalid.',
        tags: ['users'],
        security: [{ basic: [] }, { session: [] }],
        headers: WaitingPlace,
        body: bodyWithVerification(
          proofKind,
          'StudentNumberChange',
          { password: Password },
          { password: 'quiet-reading-room' },
          anotherStudent,
        ),
        response: {
          200: User,
          ...errorResponses(
            'unauthorized',
            'password-wanted',
            'password-wrong',
            ...bodyRefusals,
            ...proofRefusals,
            'student-number-taken',
          ),
        },
      },
    },
    async (request, reply) => {
      const { accountId, by } = request.identity
      if (by === 'token') throw new DomainError('password-wanted')
      const { body, ip, origin } = request
      return reply.answerOnce(
        async (write) => {
          // A browser may send stored credentials along with another site's form. Only the student can type the
          // password again.
          await authentication.confirmPassword({ accountId, password: body.password, address: ip })
          const input = verificationInputOf(proofKind, body, request.headers['waiting-place'])
          return recovery.rebindStudentNumber(accountId, input, ip, write)
        },
        (account) => ({ body: presentUser(account, origin) }),
        { asksSchool: true },
      )
    },
  )
}
