import type { FastifyRequest } from 'fastify'
import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { apiBase } from '../http/links.ts'
import type { CasLogin } from '../schools/cas/cas-login.ts'
import { sealTicket, TICKET_LIFETIME } from '../schools/cas/registration-ticket.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { casRefusals, refusalOf } from './school-refusal.ts'
import type { VerificationService } from './verification.service.ts'
import { Ticket } from './verification-input.schemas.ts'

export interface CasRoutesOptions {
  cas: CasLogin
  clock: Clock
  ticketKey: Buffer
  verifications: VerificationService
}

const path = '/register/cas'
const callbackUrl = (request: FastifyRequest) => `${request.origin}${apiBase}${path}/callback`

const beginning = {
  operationId: 'beginCas',
  summary: '到学校登录 · Send the browser to the school’s login page',
  tags: ['users'],
  security: [],
  response: {
    302: { type: 'null', description: '转到学校的登录页 · To the school’s login page' },
    ...errorResponses(),
  },
} as const

const finishing = {
  operationId: 'finishCas',
  summary: '学校登录完成 · Where the school sends the browser back',
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
    ...errorResponses('parameter-missing', 'foreign-browser', 'too-many-requests', ...casRefusals),
  },
} as const

/** Registration through the school's own login page. Registered only if SCHOOL=cas. */
export const casRoutes: Routes<CasRoutesOptions> = async (app, { cas, clock, ticketKey, verifications }) => {
  app.get(path, { schema: beginning }, async (request, reply) => {
    const { url, state } = cas.begin(callbackUrl(request))
    return reply.header('set-cookie', stateCookie(request, state, TICKET_LIFETIME)).redirect(url, 302)
  })

  app.get(
    `${path}/callback`,
    { schemaErrorFormatter: () => new DomainError('parameter-missing'), schema: finishing },
    async (request, reply) => {
      const returned = { ...request.query, cookie: stateIn(request.headers.cookie) }
      const outcome = await verifications.redeem(request.ip, () => cas.finish(callbackUrl(request), returned))
      if (outcome.outcome === 'foreign-browser') throw new DomainError('foreign-browser')
      if (outcome.outcome !== 'verified') throw refusalOf(outcome)
      const { ticket } = sealTicket(outcome.studentNumber, ticketKey, clock.now())
      reply.header('set-cookie', stateCookie(request, '', 0))
      return { ticket, expiration: TICKET_LIFETIME }
    },
  )
}

/** `SameSite=Lax`, because the redirect back from the school is a cross-site navigation. */
function stateCookie({ origin }: FastifyRequest, state: string, maxAge: number): string {
  const secure = origin.startsWith('https:') ? '; Secure' : ''
  return `occupy_cas=${state}; Path=${apiBase}${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
}

function stateIn(cookies = ''): string {
  return /(?:^|; ?)occupy_cas=([\w-]*)/.exec(cookies)?.[1] ?? ''
}
