import { errorResponses } from '../http/document/api-schemas.ts'
import type { ObjectSchema, Routes } from '../http/document/json-schema.ts'
import type { AuthenticationService } from './authentication.service.ts'

const TokenAnswer = {
  title: 'Token',
  type: 'object',
  required: ['token', 'expiration'],
  properties: {
    token: { type: 'string', description: '令牌 · The token' },
    expiration: { type: 'integer', description: '有效期（秒） · Lifetime in seconds' },
  },
  description: '令牌 · A token',
  examples: [{ token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x', expiration: 3600 }],
} as const satisfies ObjectSchema

export const tokenRoutes: Routes<{ authentication: AuthenticationService }> = async (app, { authentication }) => {
  app.get(
    '/token',
    {
      schema: {
        operationId: 'issueToken',
        summary: '用密码换取令牌 · Get a token for the password',
        description: '只能用密码换取，不能用令牌。\n\nTakes the password; a token is refused.',
        tags: ['users'],
        security: [{ basic: [] }],
        response: { 200: TokenAnswer, ...errorResponses('unauthorized', 'password-wanted', 'too-many-requests') },
      },
    },
    (request) => authentication.issueToken(request.identity),
  )
}
