import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { FastifyBaseLogger, FastifyHttpOptions, FastifyRequest } from 'fastify'
import proxyAddr from 'proxy-addr'
import { answerMalformed } from './errors.ts'

export interface ServerSettings {
  logger: FastifyBaseLogger
  trustProxy: string[]
}

const largestBody = 64 * 1024

/** The same for production and tests. */
export function serverOptions({ logger, trustProxy }: ServerSettings) {
  return {
    loggerInstance: logger,
    disableRequestLogging: true,
    trustProxy: trustProxy.length > 0 ? proxyAddr.compile(trustProxy) : false,
    bodyLimit: largestBody,
    requestTimeout: 30_000,
    requestIdHeader: false,
    genReqId: requestIds(),
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: answerMalformed,
    http: { requireHostHeader: false },
  } as const satisfies FastifyHttpOptions<Server>
}

/** Unlike those of another process, and cheap. */
function requestIds(): () => string {
  const prefix = randomBytes(4).toString('hex')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}

/** The path alone: a query may hold anything. */
export function loggedPath(request: FastifyRequest): string {
  const query = request.url.indexOf('?')
  return query < 0 ? request.url : request.url.slice(0, query)
}
