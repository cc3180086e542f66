import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { type FastifyBaseLogger, type FastifyHttpOptions, LogController } from 'fastify'
import { schemaCompilers } from '../document/schema-compilers.ts'
import type { ProtocolErrors } from '../errors/protocol-errors.ts'
import type { HeaderSet } from '../security-headers.ts'
import { httpOptions } from './http-options.ts'
import type { TransportLimits } from './limits.ts'
import type { TrustProxy } from './trusted-proxies.ts'

export interface ServerSettings {
  logger: FastifyBaseLogger
  trustProxy: TrustProxy
  limits: TransportLimits
  /** Of every answer. */
  headers: HeaderSet
  nextRequestId: () => string
  refusals: ProtocolErrors
}

const largestBody = 64 * 1024

/** The same for production and tests. */
export function serverOptions({ logger, trustProxy, limits, headers, nextRequestId, refusals }: ServerSettings) {
  return {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy,
    schemaController: schemaCompilers,
    bodyLimit: largestBody,
    requestTimeout: limits.bodyMs,
    keepAliveTimeout: limits.idleMs,
    requestIdHeader: false,
    // A logger of its own for each request costs more than the request: our lines name the request themselves.
    childLoggerFactory: (parent) => parent,
    genReqId: nextRequestId,
    forceCloseConnections: 'idle',
    // What still arrives while closing is served: the framework's own 503 has another form.
    return503OnClosing: false,
    // Whatever fits is a path that names nothing, and no error of its own.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: limits.headerBytes },
    frameworkErrors: refusals.unroutable,
    clientErrorHandler: refusals.malformed,
    http: httpOptions(limits, headers),
  } as const satisfies FastifyHttpOptions<Server>
}

/** Unlike those of another process, and cheap. */
export function requestIds(): () => string {
  const prefix = randomBytes(4).toString('hex')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
