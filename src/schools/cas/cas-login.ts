import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { StudentNumberForm } from '../../shared/student-number-form.ts'
import type { Logger } from '../logger.ts'
import { answerToError } from '../school-call/school-error.ts'
import { addressOf, schoolSite } from '../school-call/school-site.ts'
import type { AskOptions, Proof, SiteLook, StudentVerifier, Unavailable, Verification } from '../verifier.ts'
import { lookAtCas } from './cas-look.ts'
import { readServiceResponse } from './service-response.ts'
import { judgeTicket } from './service-ticket.ts'
import { type CasLimits, callValidation, defaultCasLimits } from './validation-call.ts'

export interface CasOptions {
  /** The address of the web root, such as `https://cas.example.edu/cas`. */
  baseUrl: string
  ca?: string | undefined
  /** Accepts old TLS. */
  legacyTls?: boolean
  /** The attribute that holds the student number. If absent, the user name is the student number. */
  studentNumberAttribute?: string | undefined
  studentNumbers: StudentNumberForm
  /**
   * Whether the person must type the password even if the browser already has a session. On by default, for shared
   * computers.
   */
  renew?: boolean
  /** Wraps the ticket validation, for example in `guardVerifier`. The code of a verified result is the student number. */
  guard?: (inner: StudentVerifier) => StudentVerifier
  limits?: Partial<CasLimits>
  logger: Logger
}

export interface CasReturn {
  /** From the query of the callback. */
  ticket: string
  state: string
  /** The state as stored in the browser's cookie. */
  cookie: string
}

export type CasOutcome =
  | Exclude<Verification, { outcome: 'verified' }>
  | { outcome: 'verified'; studentNumber: string }
  /** The browser that came back is not the one that was redirected to the school. */
  | { outcome: 'foreign-browser' }

export interface CasLogin {
  /**
   * The address to redirect the browser to, and the state to store in a separate cookie. `serviceUrl` is the absolute
   * address of the callback.
   */
  begin(serviceUrl: string): { url: string; state: string }
  /** Redeems the ticket once for the student number. `serviceUrl` must be the same as for `begin`. */
  finish(serviceUrl: string, returned: CasReturn, ask?: AskOptions): Promise<CasOutcome>
  /** Checks the server without a login. */
  look(): Promise<SiteLook | Unavailable>
  close(): Promise<void>
}

const stateBytes = 32
/** CAS protocol 3.0.3, 3.1: clients must accept at least 256 characters. */
const serviceTicket = /^ST-[\x21-\x7e]{1,253}$/

/**
 * Verifies students on the school's own login page (CAS 3.0), so that this service never receives their password.
 * @throws Error for an invalid address
 */
export function createCasLogin(options: CasOptions): CasLogin {
  const { studentNumberAttribute, studentNumbers, renew = true, logger, guard = (inner) => inner } = options
  const site = schoolSite(options.baseUrl, options)
  const limits = { ...defaultCasLimits, ...options.limits }
  const closing = new AbortController()
  const underWay = new Set<Promise<unknown>>()
  const queryOf = (service: string, ticket?: string) =>
    new URLSearchParams({ service, ...(ticket === undefined ? {} : { ticket }), ...(renew ? { renew: 'true' } : {}) })

  function call(query: URLSearchParams, ask?: AskOptions): Promise<string> {
    const signal = AbortSignal.any([closing.signal, ...(ask?.signal ? [ask.signal] : [])])
    return callValidation(site, query, limits, signal)
  }

  async function validate(service: string, ticket: string, ask?: AskOptions): Promise<Verification> {
    try {
      const answer = await call(queryOf(service, ticket), ask)
      return judgeTicket(readServiceResponse(answer), studentNumbers, studentNumberAttribute)
    } catch (error) {
      return answerToError(error, logger)
    }
  }

  const look = (ask?: AskOptions) => lookAtCas(site, () => call(new URLSearchParams(), ask))
  const asked = guard({
    look,
    /** The callback address takes the place of the student number, and the ticket that of the password. */
    async verify({ studentNumber: service, schoolPassword: ticket }: Proof, ask?: AskOptions) {
      const answer = validate(service, ticket, ask)
      underWay.add(answer)
      return answer.finally(() => underWay.delete(answer))
    },
    async close() {
      closing.abort()
      await Promise.allSettled(underWay)
    },
  })

  return {
    begin(serviceUrl) {
      const state = randomBytes(stateBytes).toString('base64url')
      return { url: `${addressOf(site, '/login')}?${queryOf(withState(serviceUrl, state))}`, state }
    },
    async finish(serviceUrl, { ticket, state, cookie }, ask) {
      if (!isSameState(state, cookie)) return { outcome: 'foreign-browser' }
      if (!serviceTicket.test(ticket)) return { outcome: 'ticket-spent' }
      const answer = await asked.verify({ studentNumber: withState(serviceUrl, state), schoolPassword: ticket }, ask)
      return answer.outcome === 'verified' ? { outcome: 'verified', studentNumber: answer.studentCode } : answer
    },
    look: () => (asked.look ?? look)(),
    close: () => asked.close(),
  }
}

/**
 * The ticket is valid only for this exact address, including the state. A ticket issued for another address is
 * rejected.
 */
function withState(serviceUrl: string, state: string): string {
  const url = new URL(serviceUrl)
  url.searchParams.set('state', state)
  return url.href
}

function isSameState(state: string, cookie: string): boolean {
  const [one, other] = [Buffer.from(state), Buffer.from(cookie)]
  return /^[\w-]{43}$/.test(state) && one.length === other.length && timingSafeEqual(one, other)
}
