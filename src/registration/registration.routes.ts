import { Password, presentUser, User, UserName } from '../accounts/account.schemas.ts'
import { bodyRefusals, errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { DomainError } from '../shared/errors.ts'
import type { RegistrationService } from './registration.service.ts'
import { passwordRefusals, proofRefusals } from './verification/school-refusal.ts'
import { bodyWithVerification, WaitingPlace } from './verification/verification-input.schemas.ts'
import { type ProofKind, verificationInputOf } from './verification/verification-input.ts'

export interface RegistrationRoutesOptions {
  registration: RegistrationService
  proofKind: ProofKind
}

export const registrationRoutes: Routes<RegistrationRoutesOptions> = async (app, { registration, proofKind }) => {
  app.post(
    '/register',
    {
      schemaErrorFormatter: () => new DomainError('parameter-missing'),
      schema: {
        operationId: 'register',
        summary: '注册 · Create an account',
        description:
          '学校确认登录后才会建立账号，一个学号一个账号；重复同样的注册会返回已有账号（200；带同一个 `Idempotency-Key` 则仍是 201）。\n\nThe account is created after the school has accepted a live login. Each student number can have one account. The same request, sent again, returns the account without asking the school: 200, or 201 again with the same `Idempotency-Key`.',
        tags: ['users'],
        security: [],
        headers: WaitingPlace,
        body: bodyWithVerification(
          proofKind,
          'Registration',
          { username: UserName, password: Password },
          { username: 'bllli', password: 'quiet-reading-room' },
        ),
        response: {
          201: User,
          200: { ...User, description: '同样的注册已经成功过 · The same registration was made before: its account.' },
          ...errorResponses(
            ...bodyRefusals,
            ...proofRefusals,
            'user-name-malformed',
            'user-name-taken',
            'student-number-taken',
            ...passwordRefusals,
          ),
        },
      },
    },
    async (request, reply) => {
      const { username, password } = request.body
      const input = verificationInputOf(proofKind, request.body, request.headers['waiting-place'])
      return reply.answerOnce(
        (write) => registration.registerAccount({ username, password, input }, request.ip, write),
        ({ account, isNew }) => {
          const body = presentUser(account, request.origin)
          return { status: isNew ? 201 : 200, location: body.url, body, accountId: account.id }
        },
        { asksSchool: true },
      )
    },
  )
}
