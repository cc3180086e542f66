import type { FastifyRequest } from 'fastify'
import { presentUser, User } from '../../accounts/account.schemas.ts'
import type { AccountService } from '../../accounts/account.service.ts'
import type { LastSeen } from '../../accounts/last-seen.service.ts'
import type { AnswerHeaders } from '../../http/document/answer-headers.ts'
import { bodyRefusals, errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { requireSameOrigin } from '../../http/security/cross-site.ts'
import { sessionCookie, sessionValueOf } from '../../http/security/session-cookie.ts'
import { DomainError } from '../../shared/errors.ts'
import type { AuthenticationService } from '../authentication.service.ts'
import { deviceOf } from './device.ts'
import { SignInBody } from './session.schemas.ts'
import type { SessionService } from './session.service.ts'
import { idleSeconds } from './session.ts'

export interface SignInOptions {
  authentication: AuthenticationService
  accounts: AccountService
  lastSeen: LastSeen
  sessions: SessionService
}

const setCookie: AnswerHeaders = {
  'Set-Cookie': {
    type: 'string',
    description: '`__Host-session`；不用 HTTPS 时为 `session` · `__Host-session`, or `session` without HTTPS',
  },
}

const signingIn = {
  operationId: 'signIn',
  summary: '在浏览器中登录 · Sign in with a browser',
  description: `登录信息存入 Cookie：30 天不用则失效，最长 180 天，改密码后立即失效。用 Cookie 修改数据的请求必须来自本站的页面，并且不能换取令牌。

Signs the browser in by a cookie, which expires after 30 days without use, after 180 days, and when the password changes. Requests by cookie that change something must come from a page of this site, and cannot get a token.`,
  tags: ['users'],
  security: [],
  body: SignInBody,
  response: {
    200: { ...User, headers: setCookie },
    ...errorResponses(...bodyRefusals, 'parameter-missing', 'unauthorized', 'too-many-requests', 'busy', 'cross-site'),
  },
}

const signingOut = {
  operationId: 'signOut',
  summary: '退出登录 · Sign out',
  description:
    '结束该浏览器的登录并删除 Cookie；没有登录时也返回 204。\n\nEnds the session and removes the cookie. It is 204 as well if nobody is signed in.',
  tags: ['users'],
  security: [],
  response: {
    204: { type: 'null', description: '已退出 · Signed out', headers: setCookie },
    ...errorResponses('cross-site', 'origin-missing'),
  },
} as const

const asking = {
  operationId: 'getSession',
  summary: '查看当前登录 · The user who is signed in',
  description: '同时延长 Cookie 的有效期。\n\nAlso makes the cookie last for another 30 days.',
  tags: ['users'],
  response: { 200: User, ...errorResponses('unauthorized') },
}

const fromOwnPageOrNone = (request: FastifyRequest) => requireSameOrigin(request, { orNoPage: true })
const fromOwnPage = (request: FastifyRequest) =>
  requireSameOrigin(request, { orNoPage: sessionValueOf(request) === undefined })

/** Open to anyone. */
export const signInRoutes: Routes<SignInOptions> = async (app, { authentication, accounts, lastSeen, sessions }) => {
  app.post(
    '/session',
    {
      // Another site must not sign its visitor in as somebody else.
      onRequest: async (request) => fromOwnPageOrNone(request),
      schemaErrorFormatter: () => new DomainError('parameter-missing'),
      schema: signingIn,
    },
    async (request, reply) => {
      const { username, password } = request.body
      const before = sessionValueOf(request)
      const device = deviceOf(request.headers['user-agent'])
      return reply.answerOnce(
        async () => {
          const identity = await authentication.byPassword(username, password, request.ip)
          const value = await sessions.begin(identity, { device, before })
          lastSeen.note(identity.accountId)
          reply.header('set-cookie', sessionCookie(request, value, idleSeconds))
          return accounts.getAccount(identity.accountId)
        },
        // The cookie's value is not stored, so a repeated request signs in again.
        (account) => ({ body: presentUser(account, request.origin), isStored: false }),
      )
    },
  )

  // Requires no credentials, so that a browser can always remove its cookie, which its scripts cannot see.
  app.delete(
    '/session',
    { onRequest: async (request) => fromOwnPage(request), schema: signingOut },
    async (request, reply) => {
      const value = sessionValueOf(request)
      return reply.answerOnce(
        async () => {
          if (value) await sessions.endByValue(value)
          reply.header('set-cookie', sessionCookie(request, '', 0))
        },
        () => ({ status: 204, body: null, isStored: false }),
      )
    },
  )
}

/** Requires credentials. */
export const currentSessionRoutes: Routes<Pick<SignInOptions, 'accounts'>> = async (app, { accounts }) => {
  app.get('/session', { schema: asking }, async (request, reply) => {
    const { identity, origin } = request
    const value = identity.by === 'session' ? sessionValueOf(request) : undefined
    if (value) reply.header('set-cookie', sessionCookie(request, value, idleSeconds))
    return presentUser(await accounts.getAccount(identity.accountId), origin)
  })
}
