import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { JsonText } from '../http/json-text.ts'
import { pathOf } from '../http/links.ts'
import { DomainError } from '../shared/errors.ts'
import type { IdempotencyService, Operation } from './idempotency.service.ts'
import { isWellFormed, type KeyedRequest, type StoredAnswer } from './idempotency.ts'

export interface Answer<Body> {
  /** 200 by default. */
  status?: number
  location?: string | undefined
  /** Null for an answer without a body. */
  body: Body
  /** The account that the answer is about, if the request had no credentials. */
  accountId?: number
  /** False if the answer must not be stored for repeated requests. The key is still refused for other requests. */
  isStored?: boolean
}

export interface AnswerOptions {
  /** Whether the use case waits for the school before it writes. */
  asksSchool?: boolean
  /** For a request without credentials: the scope of its keys. By default, all such requests share one. */
  scope?: string
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers a request that writes. `use` runs the use case with `write` for its transaction. If the request has an
     * Idempotency-Key, the answer is stored in that transaction, and a repeated request gets it again.
     */
    answerOnce<T, Body>(
      use: Operation<T, unknown>['use'],
      present: (result: T) => Answer<Body>,
      options?: AnswerOptions,
    ): Promise<Body | JsonText>
  }
}

/** Every route that writes answers through `reply.answerOnce`. */
export const idempotency = fp<{ idempotency: IdempotencyService }>(async (app, { idempotency: service }) => {
  app.decorateReply('answerOnce', async function answerOnce(use, present, options) {
    const key = this.request.headers['idempotency-key']
    // Most requests have no key.
    if (key === undefined) return setAnswer(this, present(await use(service.write)))
    return answerKeyed(service, this, { key, use, present, ...options })
  })
})

interface KeyedOperation<T, Body> extends AnswerOptions {
  key: string | string[]
  use: Operation<T, unknown>['use']
  present: (result: T) => Answer<Body>
}

async function answerKeyed<T, Body>(
  service: IdempotencyService,
  reply: FastifyReply,
  { key, use, present, asksSchool = false, scope }: KeyedOperation<T, Body>,
): Promise<Body | JsonText> {
  const { request } = reply
  const outcome = await service.once(keyedRequest(request, key, scope), {
    use,
    present,
    toStored: (answer) => toStoredAnswer(request, answer),
    asksSchool,
  })
  if ('answer' in outcome) return setAnswer(reply, outcome.answer)
  const { status, location, text } = outcome.stored
  return setAnswer(reply, { status, location, body: text === undefined ? (null as Body) : new JsonText(text) })
}

function setAnswer<Body>(reply: FastifyReply, { status = 200, location, body }: Answer<Body>): Body {
  reply.code(status)
  if (location !== undefined) reply.header('location', location)
  return body
}

/** @throws DomainError `idempotency-key-malformed` */
function keyedRequest(request: FastifyRequest, key: string | string[], scope = 'open'): KeyedRequest {
  // Several headers of this name arrive as one, joined by a comma and a space.
  if (typeof key !== 'string' || !isWellFormed(key)) throw new DomainError('idempotency-key-malformed')
  const { method, url, body, identity } = request
  // Every path is served with and without a trailing slash.
  const path = pathOf(url).replace(/\/$/, '')
  return { key, scope: identity ? `account ${identity.accountId}` : scope, method, path, body }
}

function toStoredAnswer(
  request: FastifyRequest,
  { status = 200, location, body, accountId, isStored = true }: Answer<unknown>,
): StoredAnswer | undefined {
  if (!isStored) return undefined
  return {
    status,
    location,
    text: body === null ? undefined : JSON.stringify(body),
    accountId: accountId ?? request.identity?.accountId,
  }
}
