import fp from 'fastify-plugin'
import { DomainError } from '../shared/errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON in strict UTF-8, an empty body of any type meaning no parameters, and nothing else. */
export const jsonBody = fp(async (app) => {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, {})
    const charset = /;\s*charset="?([^;"\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) return done(new DomainError('unsupported-media-type'))
    let text: string
    try {
      text = utf8.decode(body)
    } catch {
      return done(new DomainError('bad-request'))
    }
    return parseJson(request, text, (error, value) => done(error && new DomainError('bad-request'), value))
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    done(body.length === 0 ? null : new DomainError('unsupported-media-type'), {})
  })
  app.addHook('preValidation', (request, _reply, done) => {
    // Fastify hands an absent body to the schema as null; only a JSON null is one.
    if (request.body === undefined) request.body = {}
    done()
  })
})
