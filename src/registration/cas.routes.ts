import type { FastifyRequest } from 'fastify'
import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { apiBase } from '../http/links.ts'
import { prefersPage } from '../http/pages/prefers-page.ts'
import { cookieValueOf, type HostCookie, setCookie } from '../http/security/host-cookie.ts'
import type { CasLogin, CasReturn } from '../schools/cas/cas-login.ts'
import { sealTicket, ticketLifetimeSeconds } from '../schools/cas/registration-ticket.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { casRefusals, refusalOf } from './verification/school-refusal.ts'
import type { VerificationService } from './verification/verification.service.ts'
import { Ticket } from './verification/verification-input.schemas.ts'

export interface CasRoutesOptions {
  cas: CasLogin
  clock: Clock
  ticketKey: Buffer
  verifications: VerificationService
  /** Whether the web app is served here too. */
  hasWeb: boolean
}

const path = '/register/cas'
/** The only place other than the callback where a login can end. Its address contains nothing from the request. */
const webPage = '/register'
/** Appended to the state in the cookie, because the callback's address must stay as it is registered at the school. */
const webMark = '.web'
/** `Lax`, because the redirect back from the school is a cross-site navigation. */
const begun: HostCookie = { name: 'occupy_cas', form: /^[\w-]{43}(?:\.web)?$/, sameSite: 'Lax' }
const callbackUrl = (request: FastifyRequest) => `${request.origin}${apiBase}${path}/callback`

const beginning = {
  operationId: 'beginCas',
  summary: '到学校登录 · Send the browser to the school’s login page',
  description: `学校登录完成后返回 JSON；\`return=web\` 时则转到网页 \`/register\`，凭证在片段中：\`#ticket=…\`，失败时为 \`#error=…\`。浏览器返回时没有带第一步的 Cookie，也转到网页。

After the login the answer is JSON, or with \`return=web\` a redirect to the page \`/register\` with the ticket in the fragment: \`#ticket=…\`, or after a failure \`#error=…\`, with \`&retry_after=SECONDS\` where waiting helps. A browser that returns without the cookie of the first step goes to the page too.`,
  tags: ['users'],
  security: [],
  querystring: {
    type: 'object',
    properties: {
      return: {
        type: 'string',
        enum: ['web'],
        description: '学校登录之后回到哪里 · Where to return after the login at the school',
      },
    },
  },
  response: {
    302: { type: 'null', description: '转到学校的登录页 · To the school’s login page' },
    ...errorResponses('bad-query'),
  },
} as const

const finishing = {
  operationId: 'finishCas',
  summary: '学校登录完成 · The school redirects the browser here after the login',
  tags: ['users'],
  security: [],
  querystring: {
    type: 'object',
    required: ['ticket', 'state'],
    properties: {
      ticket: { type: 'string', minLength: 1, description: '学校给出的凭据 · From the school' },
      state: {
        type: 'string',
        minLength: 1,
        description: '由 `GET /register/cas` 给出 · From `GET /register/cas`',
      },
    },
  },
  response: {
    200: Ticket,
    303: { type: 'null', description: '用 `return=web` 时，转到网页 · With `return=web`, to the page' },
    ...errorResponses('parameter-missing', 'foreign-browser', 'too-many-requests', ...casRefusals),
  },
} as const

/** Registration through the school's own login page. Registered only if SCHOOL=cas. */
export const casRoutes: Routes<CasRoutesOptions> = async (app, options) => {
  const { cas } = options
  app.get(path, { schemaErrorFormatter: invalidParameter('bad-query'), schema: beginning }, async (request, reply) => {
    const { url, state } = cas.begin(callbackUrl(request))
    const value = request.query.return === 'web' ? state + webMark : state
    return reply.header('set-cookie', setCookie(request, begun, value, ticketLifetimeSeconds)).redirect(url, 302)
  })

  app.get(
    `${path}/callback`,
    // A browser comes to the page also when the school sent it back without a ticket.
    { attachValidation: true, schema: finishing },
    async (request, reply) => {
      const { state: cookie, toWeb } = begunIn(request, options)
      try {
        if (request.validationError) throw new DomainError('parameter-missing')
        const ticket = await ticketFor(request, { ...request.query, cookie }, options)
        reply.header('set-cookie', setCookie(request, begun, '', 0))
        if (toWeb) return reply.redirect(`${request.origin}${webPage}#ticket=${ticket}`, 303)
        return { ticket, expiration: ticketLifetimeSeconds }
      } catch (error) {
        if (!toWeb || !(error instanceof DomainError)) throw error
        return reply.redirect(`${request.origin}${webPage}#${failure(error)}`, 303)
      }
    },
  )
}

/** Contains only our own codes and numbers, so that a link to the page cannot put text into it. */
function failure({ code, details: { retryAfterSeconds } }: DomainError): string {
  return retryAfterSeconds === undefined ? `error=${code}` : `error=${code}&retry_after=${retryAfterSeconds}`
}

async function ticketFor(
  request: FastifyRequest,
  returned: CasReturn,
  { cas, clock, ticketKey, verifications }: CasRoutesOptions,
): Promise<string> {
  const outcome = await verifications.redeem(request.ip, () => cas.finish(callbackUrl(request), returned))
  if (outcome.outcome === 'foreign-browser') throw new DomainError('foreign-browser')
  if (outcome.outcome !== 'verified') throw refusalOf(outcome)
  return sealTicket(outcome.studentNumber, ticketKey, clock.now()).ticket
}

/** Without the cookie nothing says where the login was to end: a browser then comes to the page, which says what to do. */
function begunIn(request: FastifyRequest, { hasWeb }: CasRoutesOptions): { state: string; toWeb: boolean } {
  const value = cookieValueOf(request, begun) ?? ''
  if (value === '') return { state: '', toWeb: hasWeb && prefersPage(request) }
  const toWeb = value.endsWith(webMark)
  return { state: toWeb ? value.slice(0, -webMark.length) : value, toWeb }
}
