import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { sendError } from './errors/errors.ts'
import { pathOf } from './links.ts'

// An `import` would read every export, and one of them loads a whole HTTP client.
const { METHODS } = process.getBuiltinModule('node:http')

/** Returns whether it has answered. */
type UnknownPathAnswer = (request: FastifyRequest, reply: FastifyReply) => boolean

declare module 'fastify' {
  interface FastifyInstance {
    /** Called before an unknown path gets a 404. */
    answerUnknownPaths(answer: UnknownPathAnswer): void
  }
}

/**
 * On a known path, OPTIONS returns the accepted methods and any other method gets 405. On an unknown path, every method gets 404.
 * Must be registered before the routes.
 */
export const methods = fp(async (app) => {
  const methodsOf = collectMethods(app)
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  let answer: UnknownPathAnswer = () => false
  app.decorate('answerUnknownPaths', (added: UnknownPathAnswer) => {
    answer = added
  })
  await app.register(async (unknown) => answerUnknown(unknown, methodsOf, (...asked) => answer(...asked)))
})

/** Must run in its own scope, so that known paths do not run its hook. */
function answerUnknown(app: FastifyInstance, methodsOf: (url: string) => string[], answer: UnknownPathAnswer): void {
  app.setNotFoundHandler((request, reply) => sendError(request, reply, 'not-found'))
  // Runs before the body is read: the result does not depend on it.
  app.addHook('onRequest', (request, reply) => {
    const accepted = methodsOf(request.url)
    if (accepted.length === 0 && answer(request, reply)) return
    if (accepted.length === 0 || accepted.includes(request.method)) return sendError(request, reply, 'not-found')
    reply.header('allow', [...accepted, 'OPTIONS'].join(', '))
    if (request.method === 'OPTIONS') reply.code(204).send()
    else sendError(request, reply, 'method-not-allowed')
  })
}

/** Collects all routes that are registered from now on. The result returns the methods of a URL's path: none if the path is unknown. */
function collectMethods(app: FastifyInstance): (url: string) => string[] {
  const paths = new Map<string, { pattern: RegExp; methods: string[] }>()
  app.addHook('onRoute', ({ url, method }) => {
    const path = url.length > 1 ? url.replace(/\/$/, '') : url
    const { pattern, methods } = paths.get(path) ?? { pattern: regexOf(path), methods: [] }
    paths.set(path, { pattern, methods: [...methods, ...[method].flat()] })
  })
  return (url) => {
    const path = decoded(pathOf(url))
    const found = [...paths.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)
    return [...new Set(found)]
  }
}

/** Follows the router's patterns: `:name` is a segment, `*` is any rest, and a trailing slash is ignored. */
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
