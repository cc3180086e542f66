import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { sendError } from './errors/errors.ts'

// An `import` would read its every name, and one of them loads a whole HTTP client.
const { METHODS } = process.getBuiltinModule('node:http')

/** A known path answers OPTIONS with what it takes, and any other method with 405; an unknown one any with 404. Registered before the routes. */
export const methods = fp(async (app) => {
  const methodsOf = collectMethods(app)
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  await app.register(async (unknown) => answerUnknown(unknown, methodsOf))
})

/** In a scope of its own, so that known paths do not run its hook. */
function answerUnknown(app: FastifyInstance, methodsOf: (url: string) => string[]): void {
  app.setNotFoundHandler((request, reply) => sendError(request, reply, 'not-found'))
  // Before the body is read: whatever it holds, nothing is here.
  app.addHook('onRequest', (request, reply) => {
    const taken = methodsOf(request.url)
    if (taken.length === 0 || taken.includes(request.method)) return sendError(request, reply, 'not-found')
    reply.header('allow', [...taken, 'OPTIONS'].join(', '))
    if (request.method === 'OPTIONS') reply.code(204).send()
    else sendError(request, reply, 'method-not-allowed')
  })
}

/** Of every route that is registered from here on. The answer tells the methods that a URL's path takes: none where it is unknown. */
function collectMethods(app: FastifyInstance): (url: string) => string[] {
  const paths = new Map<string, { pattern: RegExp; methods: string[] }>()
  app.addHook('onRoute', ({ url, method }) => {
    const path = url.length > 1 ? url.replace(/\/$/, '') : url
    const { pattern, methods } = paths.get(path) ?? { pattern: regexOf(path), methods: [] }
    paths.set(path, { pattern, methods: [...methods, ...[method].flat()] })
  })
  return (url) => {
    const path = decoded(url.replace(/\?.*$/s, ''))
    const taken = [...paths.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)
    return [...new Set(taken)]
  }
}

/** As the router reads its patterns: `:name` is a segment, `*` is any rest, and a slash at the end is nothing. */
function regexOf(pattern: string): RegExp {
  const segments = pattern.split('/').map((segment) => {
    if (segment === '*') return '.*'
    return segment.startsWith(':') ? '[^/]+' : RegExp.escape(segment)
  })
  return new RegExp(`^${segments.join('/')}/?$`, 's')
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
