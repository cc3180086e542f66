import { errorResponses } from '../http/document/api-schemas.ts'
import type { ObjectSchema, Routes } from '../http/document/json-schema.ts'
import type { AuthenticationService } from './authentication.service.ts'

const TokenAnswer = {
  type: 'object',
  required: ['token', 'expiration'],
  properties: { token: { type: 'string' }, expiration: { type: 'integer', description: 'Lifetime in seconds.' } },
  description: 'A token.',
  examples: [{ token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x', expiration: 3600 }],
} as const satisfies ObjectSchema

export const tokenRoutes: Routes<{ authentication: AuthenticationService }> = async (app, { authentication }) => {
  app.get(
    '/token',
    {
      schema: {
        operationId: 'issueToken',
        summary: '用密码换取令牌 · A token for the password',
        description: 'Only the password buys a token; a token does not.',
        tags: ['users'],
        response: { 200: TokenAnswer, ...errorResponses('unauthorized', 'password-wanted', 'too-many-requests') },
      },
    },
    (request) => authentication.issueToken(request.identity),
  )
}
