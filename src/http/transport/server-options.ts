import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { type FastifyBaseLogger, type FastifyHttpOptions, LogController } from 'fastify'
import { schemaCompilers } from '../document/schema-compilers.ts'
import type { ProtocolErrors } from '../errors/protocol-errors.ts'
import type { HeaderSet } from '../security/security-headers.ts'
import { httpOptions } from './http-options.ts'
import type { TransportLimits } from './limits.ts'
import type { TrustProxy } from './trusted-proxies.ts'

export interface ServerSettings {
  logger: FastifyBaseLogger
  trustProxy: TrustProxy
  limits: TransportLimits
  /** Headers of every response. */
  headers: HeaderSet
  nextRequestId: () => string
  refusals: ProtocolErrors
}

const maxBodyBytes = 64 * 1024

/** Production and tests use the same options. */
export function serverOptions({ logger, trustProxy, limits, headers, nextRequestId, refusals }: ServerSettings) {
  return {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy,
    schemaController: schemaCompilers,
    bodyLimit: maxBodyBytes,
    requestTimeout: limits.bodyMs,
    keepAliveTimeout: limits.idleMs,
    requestIdHeader: false,
    // A logger per request would cost more than the request itself: our lines contain the request's id instead.
    childLoggerFactory: (parent) => parent,
    genReqId: nextRequestId,
    forceCloseConnections: 'idle',
    // Requests that arrive during the shutdown are served: the framework's own 503 has a different form.
    return503OnClosing: false,
    // A path of any length that fits is routed, and gets a 404 instead of an error of the router.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: limits.headerBytes },
    frameworkErrors: refusals.onFrameworkError,
    clientErrorHandler: refusals.onClientError,
    http: httpOptions(limits, headers),
  } as const satisfies FastifyHttpOptions<Server>
}

/** Ids with a prefix that differs between processes. Cheap to create. */
export function requestIds(): () => string {
  const prefix = randomBytes(4).toString('hex')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
