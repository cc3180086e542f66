import { Password, presentUser, User, UserName } from '../accounts/account.schemas.ts'
import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { DomainError } from '../shared/errors.ts'
import type { RegistrationService } from './registration.service.ts'
import { proofRefusals } from './school-refusal.ts'
import { bodyWithVerification, WaitingPlace } from './verification-input.schemas.ts'
import { type ProofKind, verificationInputOf } from './verification-input.ts'

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
        summary: '注册 · Create an account, the school being asked live',
        description: 'The account exists only once the school has accepted `stu_id` and `stu_pwd` in a live login.',
        tags: ['users'],
        security: [],
        headers: WaitingPlace,
        body: bodyWithVerification(
          proofKind,
          { username: UserName, password: Password },
          { username: 'bllli', password: 'quiet-reading-room' },
        ),
        response: { 201: User, ...errorResponses(...proofRefusals, 'user-name-taken', 'student-number-taken') },
      },
    },
    async (request, reply) => {
      const { username, password } = request.body
      const input = verificationInputOf(proofKind, request.body, request.headers['waiting-place'])
      const account = await registration.registerAccount({ username, password, input }, request.ip)
      const user = presentUser(account, request.origin)
      return reply.code(201).header('location', user.url).send(user)
    },
  )
}
