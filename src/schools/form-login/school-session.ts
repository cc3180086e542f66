import type { CookieJar } from 'tough-cookie'
import { Client } from 'undici'
import { startDeadline } from '../deadline.ts'
import { dropBody, readBody } from '../school-call/bounded-body.ts'
import { callFailure } from '../school-call/call-failure.ts'
import { statusTrouble } from '../school-call/http-status.ts'
import { acceptEncoding, unpackBody } from '../school-call/packed-body.ts'
import { pageText } from '../school-call/page-text.ts'
import { addressOf, type SchoolSite } from '../school-call/school-site.ts'
import { tlsOptions } from '../school-call/tls-options.ts'
import { keepCookies, sessionIdFor } from './cookies.ts'
import type { Limits } from './limits.ts'

export const LOGIN_PAGE = '/cas/login.action'
const USER_AGENT = 'Mozilla/5.0 (compatible; occupy-the-library)'

export interface SchoolCall {
  method: 'GET' | 'POST'
  /** Below the web root, query included. */
  path: string
  /** The body, encoded already. */
  form?: string
}

export interface SchoolAnswer {
  bytes: Uint8Array
  text: string
  ms: number
}

export interface SessionOptions {
  site: SchoolSite
  limits: Limits
  jar: CookieJar
  signal?: AbortSignal | undefined
}

/** The calls of one login: one cookie jar, one allowance of time. */
export class SchoolSession {
  readonly #options: SessionOptions
  readonly #deadline
  readonly #client

  constructor(options: SessionOptions) {
    const { site, limits, signal } = options
    this.#options = options
    this.#deadline = startDeadline(limits.loginMs, signal)
    this.#client = new Client(site.origin, {
      connect: { timeout: limits.callMs, ...tlsOptions(site) },
      allowH2: false,
      // A connection for each call: one that the school has just closed would lose a login that must not be sent again.
      pipelining: 0,
      // The deadline of each call is the only clock, so that a dripping answer cannot wind another one up again.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  get jar(): CookieJar {
    return this.#options.jar
  }

  /** The session's id at the school, as it would be sent with the login. */
  get id(): string | undefined {
    return sessionIdFor(this.jar, addressOf(this.#options.site, LOGIN_PAGE))
  }

  /** Follows no redirect and repeats nothing. @throws SchoolError for anything but a whole 2xx answer in time. */
  async call(call: SchoolCall): Promise<SchoolAnswer> {
    const startedAt = performance.now()
    const name = call.path.replace(/\?.*/s, '').slice(1)
    const deadline = startDeadline(this.#options.limits.callMs, this.#deadline.signal)
    const seen = { answered: false, timedOut: false }
    try {
      const answer = await this.#exchange(call, name, deadline.signal, seen)
      return { ...answer, ms: performance.now() - startedAt }
    } catch (error) {
      throw callFailure(error, name, { ...seen, timedOut: deadline.signal.aborted })
    } finally {
      deadline.clear()
    }
  }

  async #exchange({ method, path, form }: SchoolCall, name: string, signal: AbortSignal, seen: { answered: boolean }) {
    const { site, limits, jar } = this.#options
    const headers = requestHeaders(site, path, jar, form !== undefined)
    const response = await this.#client.request({
      method,
      path: `${site.root}${path}`,
      headers,
      body: form ?? null,
      signal,
    })
    seen.answered = true
    keepCookies(jar, addressOf(site, path), response.headers['set-cookie'])
    const trouble = statusTrouble(response.statusCode, response.headers.location, site, name)
    if (trouble) throw dropBody(response.body, trouble)
    const sent = await readBody(response.body, response.headers['content-length'], limits.answerBytes, name)
    const bytes = await unpackBody(sent, response.headers['content-encoding'], limits.answerBytes, name)
    return { bytes, text: pageText(bytes, String(response.headers['content-type'] ?? '')) }
  }

  async close(): Promise<void> {
    this.#deadline.clear()
    await this.#client.destroy()
  }
}

function requestHeaders(site: SchoolSite, path: string, jar: CookieJar, form: boolean): Record<string, string> {
  const cookie = jar.getCookieStringSync(addressOf(site, path))
  return {
    'user-agent': USER_AGENT,
    'accept-encoding': acceptEncoding,
    ...(path === LOGIN_PAGE ? {} : { referer: addressOf(site, LOGIN_PAGE) }),
    ...(cookie === '' ? {} : { cookie }),
    ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  }
}
