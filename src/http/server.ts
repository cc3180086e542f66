import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { errors } from './errors/errors.ts'
import { createProtocolErrors, protocolErrors } from './errors/protocol-errors.ts'
import type { LogUnavailable } from './errors/unavailability-log.ts'
import { jsonBody } from './json-body.ts'
import { links } from './links.ts'
import { methods } from './methods.ts'
import { requestLog } from './request-log.ts'
import { cors } from './security/cross-site.ts'
import { responseHeaders } from './security/response-headers.ts'
import { answerHeaders } from './security/security-headers.ts'
import { connectionLimits } from './transport/connections/connection-limits.ts'
import { drain } from './transport/drain.ts'
import type { TransportLimits } from './transport/limits.ts'
import { responseBatching } from './transport/response-batching.ts'
import { requestIds, serverOptions } from './transport/server-options.ts'
import { serveTls, tlsOptions } from './transport/tls.ts'
import { trustProxies } from './transport/trusted-proxies.ts'

export interface ServerSettings {
  publicUrl: string | undefined
  corsOrigins: string[]
  tls: { cert: string; key: string } | undefined
  limits: TransportLimits
  trustProxy: string[]
}

/** Everything around the routes: who may connect, what a request may be, and the form of responses and errors. */
export async function buildServer(
  config: ServerSettings,
  logger: FastifyBaseLogger,
  logUnavailable: LogUnavailable,
): Promise<FastifyInstance> {
  const { limits, publicUrl, tls } = config
  const trustProxy = trustProxies(config.trustProxy)
  const [headers, nextRequestId] = [answerHeaders(tls !== undefined), requestIds()]
  const refusals = createProtocolErrors({ logger, headers, nextRequestId })
  const app = Fastify({
    ...serverOptions({ logger, trustProxy, limits, headers, nextRequestId, refusals }),
    ...tlsOptions(tls, limits, headers),
  })
  await app.register(errors, { logUnavailable })
  await app.register(protocolErrors, { refusals })
  await app.register(connectionLimits, { limits, trustProxy, refusals })
  await app.register(drain)
  await app.register(responseBatching)
  await app.register(requestLog)
  await app.register(links, { publicUrl })
  const allowed = new Set(config.corsOrigins)
  if (allowed.size > 0) await app.register(cors, { allowed })
  await app.register(responseHeaders, { headers, allowed, publicUrl, trustProxy, headerBytes: limits.headerBytes })
  await app.register(jsonBody)
  await app.register(methods)
  if (tls) await app.register(serveTls, tls)
  return app
}
