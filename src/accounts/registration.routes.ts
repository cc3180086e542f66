import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/api-schemas.ts'
import { DomainError } from '../shared/errors.ts'
import { presentUser, RegistrationBody, User } from './account.schemas.ts'
import type { RegistrationService } from './registration.service.ts'

export const registrationRoutes: FastifyPluginAsyncTypebox<{ registration: RegistrationService }> = async (
  app,
  { registration },
) => {
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
        body: RegistrationBody,
        response: {
          201: User,
          ...errorResponses(
            'parameter-missing',
            'student-number-malformed',
            'user-name-taken',
            'student-number-taken',
            'school-rejected',
            'too-many-requests',
            'school-not-understood',
            'school-busy',
            'school-timeout',
          ),
        },
      },
    },
    async (request, reply) => {
      const { username, password, stu_id: studentNumber, stu_pwd: schoolPassword } = request.body
      const account = await registration.registerAccount(
        { username, password, studentNumber, schoolPassword },
        request.ip,
      )
      const user = presentUser(account, request.origin)
      return reply.code(201).header('location', user.url).send(user)
    },
  )
}
