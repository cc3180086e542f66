import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import { type FastifyBaseLogger, type FastifyHttpOptions, LogController } from 'fastify'
import { schemaCompilers } from '../document/schema-compilers.ts'
import { codeOf } from '../errors/error-body.ts'
import { sendError } from '../errors/errors.ts'
import { answerMalformed } from '../errors/protocol-errors.ts'

export interface ServerSettings {
  logger: FastifyBaseLogger
  trustProxy: string[]
  nextRequestId: () => string
}

const largestBody = 64 * 1024
/** Node's own bound of request line and headers together: whatever fits is a path that names nothing, and no error of its own. */
const longestHead = 16 * 1024

/** The same for production and tests. */
export function serverOptions({ logger, trustProxy, nextRequestId }: ServerSettings) {
  return {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustProxy.length > 0 ? proxyAddr.compile(trustProxy) : false,
    schemaController: schemaCompilers,
    bodyLimit: largestBody,
    requestTimeout: 30_000,
    requestIdHeader: false,
    // A logger of its own for each request costs more than the request: our lines name the request themselves.
    childLoggerFactory: (parent) => parent,
    genReqId: nextRequestId,
    forceCloseConnections: 'idle',
    // What still arrives while closing is served: the framework's own 503 has another form.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestHead },
    frameworkErrors: (error, request, reply) => sendError(request, reply, codeOf(error)),
    clientErrorHandler: answerMalformed,
    http: { requireHostHeader: false },
  } as const satisfies FastifyHttpOptions<Server>
}

/** Unlike those of another process, and cheap. */
export function requestIds(): () => string {
  const prefix = randomBytes(4).toString('hex')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
