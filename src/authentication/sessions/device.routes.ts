import { errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { Devices, presentSession, SessionParams } from './session.schemas.ts'
import type { SessionService } from './session.service.ts'
import type { SessionId } from './session.ts'

const signedOut = { type: 'null', description: '已退出 · Signed out' } as const

const listing = {
  operationId: 'listSessions',
  summary: '查看已登录的设备 · Devices that are signed in',
  description: '只包括用 Cookie 登录的浏览器，不包括令牌。\n\nBrowsers that are signed in by cookie, not tokens.',
  tags: ['users'],
  response: { 200: Devices, ...errorResponses('unauthorized') },
} as const

const endingOthers = {
  operationId: 'endOtherSessions',
  summary: '退出其他设备 · Sign out the other devices',
  description: '发出此请求的浏览器保持登录。\n\nThe browser that asks stays signed in.',
  tags: ['users'],
  response: { 204: signedOut, ...errorResponses('unauthorized', 'cross-site', 'origin-missing') },
} as const

const endingOne = {
  operationId: 'endSession',
  summary: '退出一个设备 · Sign out one device',
  tags: ['users'],
  params: SessionParams,
  response: {
    204: signedOut,
    ...errorResponses('unauthorized', 'not-found', 'cross-site', 'origin-missing'),
  },
} as const

export const deviceRoutes: Routes<{ sessions: SessionService }> = async (app, { sessions }) => {
  // First, so that the examples in the API document can be sent in its order.
  app.delete('/users/me/sessions/:session_id', { schema: endingOne }, async ({ identity, params }, reply) => {
    return reply.answerOnce(
      (write) => sessions.end(identity.accountId, params.session_id as SessionId, write),
      () => ({ status: 204, body: null }),
    )
  })

  app.get('/users/me/sessions', { schema: listing }, async ({ identity, origin }) => {
    const list = await sessions.list(identity)
    return { sessions: list.map((session) => presentSession(session, origin, identity.sessionId)) }
  })

  app.delete('/users/me/sessions', { schema: endingOthers }, async ({ identity }, reply) => {
    return reply.answerOnce(
      (write) => sessions.endOthers(identity, write),
      () => ({ status: 204, body: null }),
    )
  })
}
