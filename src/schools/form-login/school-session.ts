import type { CookieJar } from 'tough-cookie'
import { Client } from 'undici'
import { startDeadline } from '../deadline.ts'
import { dropBody, readBody } from '../school-call/bounded-body.ts'
import { callFailure } from '../school-call/call-failure.ts'
import { statusTrouble } from '../school-call/http-status.ts'
import { acceptEncoding, unpackBody } from '../school-call/packed-body.ts'
import { pageText } from '../school-call/page-text.ts'
import { addressOf, pathBelow, type SchoolSite } from '../school-call/school-site.ts'
import { tlsOptions } from '../school-call/tls-options.ts'
import { keepCookies, sessionIdFor } from './cookies.ts'
import type { Limits } from './limits.ts'

const userAgent = 'Mozilla/5.0 (compatible; occupy-the-library)'

export interface SchoolCall {
  method: 'GET' | 'POST'
  /** Path below the web root, including the query. */
  path: string
  /** The body, already encoded. */
  form?: string
  /** Additional header fields for this call, in lower case. */
  headers?: Readonly<Record<string, string>>
  /** HTTP statuses other than 2xx that this call accepts, such as 302. They are returned and not thrown as errors. */
  reads?: readonly number[]
}

export interface SchoolAnswer {
  status: number
  /**
   * The target of a redirect, which is never followed: a path below the web root, including the query, or the whole
   * address if it leads elsewhere. Present only for a status that the call accepts.
   */
  redirectsTo?: string
  bytes: Uint8Array
  text: string
  ms: number
}

export interface SessionOptions {
  site: SchoolSite
  /**
   * Path below the web root. It is the `Referer` of all other calls and the path for which the session's cookie is
   * looked up.
   */
  loginPage: string
  limits: Limits
  jar: CookieJar
  signal?: AbortSignal | undefined
}

/** The calls of one login, which share a cookie jar and a time limit. */
export class SchoolSession {
  readonly #options: SessionOptions
  readonly #deadline
  readonly #client
  readonly #endsAt
  readonly #closed = new AbortController()
  #slowestCallMs = 0

  constructor(options: SessionOptions) {
    const { site, limits, signal } = options
    this.#options = options
    this.#deadline = startDeadline(limits.loginMs, signal, this.#closed.signal)
    this.#endsAt = performance.now() + limits.loginMs
    this.#client = new Client(site.origin, {
      connect: { timeout: limits.callMs, ...tlsOptions(site) },
      allowH2: false,
      // One connection per call. If the school had just closed a reused connection, the login would be lost, and it
      // must not be sent again.
      pipelining: 0,
      // The deadline of each call is the only timer, so that a response that arrives byte by byte cannot restart
      // another one.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  }

  get jar(): CookieJar {
    return this.#options.jar
  }

  /** The session id of the school, as it would be sent with the login. */
  get id(): string | undefined {
    const { site, loginPage } = this.#options
    return sessionIdFor(this.jar, addressOf(site, loginPage))
  }

  /** Aborted when the time is up, the caller aborts, or the session is closed. */
  get signal(): AbortSignal {
    return this.#deadline.signal
  }

  get msLeft(): number {
    return Math.max(0, this.#endsAt - performance.now())
  }

  get slowestCallMs(): number {
    return this.#slowestCallMs
  }

  /**
   * Follows no redirect and retries nothing.
   * @throws SchoolError for anything but a complete response in time, with a 2xx status or one that the call accepts
   */
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
      this.#slowestCallMs = Math.max(this.#slowestCallMs, performance.now() - startedAt)
    }
  }

  async #exchange(call: SchoolCall, name: string, signal: AbortSignal, seen: { answered: boolean }) {
    const { site, limits, jar } = this.#options
    const { method, path, form, reads = [] } = call
    const response = await this.#client.request({
      method,
      path: `${site.root}${path}`,
      headers: this.#headersOf(call),
      body: form ?? null,
      signal,
    })
    seen.answered = true
    const { statusCode: status, headers, body } = response
    keepCookies(jar, addressOf(site, path), headers['set-cookie'])
    const trouble = reads.includes(status) ? undefined : statusTrouble(status, headers.location, site, name)
    if (trouble) throw dropBody(body, trouble)
    const sent = await readBody(body, headers['content-length'], limits.answerBytes, name)
    const bytes = await unpackBody(sent, headers['content-encoding'], limits.answerBytes, name)
    const redirectsTo = status >= 300 && status < 400 ? pathBelow(site, headers.location, path) : undefined
    return {
      status,
      ...(redirectsTo === undefined ? {} : { redirectsTo }),
      bytes,
      text: pageText(bytes, String(headers['content-type'] ?? '')),
    }
  }

  #headersOf({ path, form, headers }: SchoolCall): Record<string, string> {
    const { site, jar, loginPage } = this.#options
    const cookie = jar.getCookieStringSync(addressOf(site, path))
    return {
      'user-agent': userAgent,
      'accept-encoding': acceptEncoding,
      ...(path === loginPage ? {} : { referer: addressOf(site, loginPage) }),
      ...(cookie === '' ? {} : { cookie }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#deadline.clear()
    await this.#client.destroy()
  }
}
