import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../shared/errors.ts'

type Done = (error: Error | null, body?: unknown) => void

const utf8 = new TextDecoder('utf-8', { fatal: true })
/** What Fastify accepts as a content type, without parameters. */
const contentType = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/
const unknownType = 'application/octet-stream'

/**
 * Parses JSON objects in strict UTF-8, by content type. `null` and an empty body (of any type, even a malformed one) mean no
 * parameters.
 */
export const jsonBody = fp(async (app) => {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  function parse(request: FastifyRequest, body: Buffer, done: Done): void {
    const text = decoded(body)
    if (text === undefined) done(new DomainError('body-not-object'))
    else if (text === '') done(null, {})
    else {
      parseJson(request, text, (error, value) => {
        if (error !== null || typeof value !== 'object' || Array.isArray(value))
          done(new DomainError('body-not-object'))
        else done(null, value ?? {})
      })
    }
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length > 0 && !isUtf8(request.headers['content-type']))
      return done(new DomainError('unsupported-media-type'))
    parse(request, body, done)
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // A page of another site can send every type except JSON without a preflight.
    if (body.length > 0) done(new DomainError('unsupported-media-type'))
    else parse(request, body, done)
  })
  // Only on routes that accept a body: each hook adds to the cost of every request of its route.
  app.addHook('onRoute', (route) => {
    if (route.schema?.body === undefined) return
    route.onRequest = [replaceMalformedType, ...[route.onRequest ?? []].flat()]
    route.preValidation = [fillAbsentBody, ...[route.preValidation ?? []].flat()]
  })
})

/** Fastify rejects a malformed type before it knows whether there is a body. With this type, the parser rejects it only if there is one. */
function replaceMalformedType({ headers }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const { 'content-type': type } = headers
  if (type !== undefined && !contentType.test(type)) headers['content-type'] = unknownType
  done()
}

/** Fastify passes an absent body to the schema as null; only a JSON null may be null there. */
function fillAbsentBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === undefined) request.body = {}
  done()
}

function isUtf8(contentType = ''): boolean {
  const charset = /;\s*charset="?([^;"\s]+)/i.exec(contentType)?.[1]
  return charset === undefined || /^utf-?8$/i.test(charset)
}

function decoded(body: Buffer): string | undefined {
  try {
    return utf8.decode(body)
  } catch {
    return undefined
  }
}
