import { constants } from 'node:crypto'
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls'
import type { FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { HeaderSet } from '../security/security-headers.ts'
import { httpOptions } from './http-options.ts'
import type { TransportLimits } from './limits.ts'

export interface TlsFiles {
  cert: string
  key: string
}

/** The certificate or its key cannot be used. The message names the setting. */
export class TlsFilesError extends Error {
  override name = 'TlsFilesError'
}

/** TLS 1.3, and the TLS 1.2 suites with forward secrecy and authenticated encryption. */
const ciphers = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':')

const secure = {
  minVersion: 'TLSv1.2',
  ciphers,
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const

/**
 * Offers HTTP/2 and HTTP/1.1 by ALPN. Fastify has a type for each kind of server; the result hides the difference from the other code.
 * @throws TlsFilesError
 */
export function tlsOptions(
  files: TlsFiles | undefined,
  limits: TransportLimits,
  headers: HeaderSet,
): FastifyServerOptions {
  if (files === undefined) return {}
  const https = {
    ...secure,
    ...readPair(files),
    handshakeTimeout: limits.handshakeMs,
    allowHTTP1: true,
    http1Options: httpOptions(limits, headers),
    streamResetBurst: limits.resets,
    streamResetRate: limits.resetsPerSecond,
    settings: { maxConcurrentStreams: limits.streams, maxHeaderListSize: limits.headerBytes },
  }
  return { http2: true, http2SessionTimeout: limits.idleMs, https } as FastifyServerOptions
}

/** Loads a renewed certificate without a restart. If the pair does not match (half written, for example), the old one stays in use. */
export const serveTls = fp<TlsFiles>(async (app, files) => {
  const server = app.server as unknown as Pick<Server, 'setSecureContext'>
  const reload = () => {
    try {
      server.setSecureContext({ ...secure, ...readPair(files) })
      app.log.info('loaded the renewed certificate')
    } catch (error) {
      app.log.warn({ err: error }, 'cannot use the new certificate and key; keeping the old ones')
    }
  }
  const watched = [files.cert, files.key]
  for (const path of watched) watchFile(path, { interval: 1000, persistent: false }, reload)
  app.addHook('onClose', async () => {
    for (const path of watched) unwatchFile(path, reload)
  })
})

/** @throws TlsFilesError */
function readPair({ cert, key }: TlsFiles): SecureContextOptions {
  const pair = { cert: read('TLS_CERT', cert), key: read('TLS_KEY', key) }
  try {
    createSecureContext(pair)
  } catch (error) {
    throw new TlsFilesError(`TLS_CERT and TLS_KEY are no pair of PEM files: ${(error as Error).message}`)
  }
  return pair
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new TlsFilesError(`${variable} cannot be read: ${(error as Error).message}`)
  }
}
