import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { SecureContextOptions, Server } from 'node:tls'
import type { FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'

export interface TlsFiles {
  cert: string
  key: string
}

const secure = { minVersion: 'TLSv1.2' } as const

/** HTTP/2 and HTTP/1.1 by ALPN. Fastify's types tell one kind of server from another, which the rest of the code need not. */
export function tlsOptions(files: TlsFiles | undefined): FastifyServerOptions {
  if (files === undefined) return {}
  const https = { ...secure, allowHTTP1: true, requireHostHeader: false, ...readPair(files) }
  return { http2: true, https } as FastifyServerOptions
}

/** Takes a renewed certificate without a restart. A pair that does not fit (half written yet) leaves the old one in place. */
export const serveTls = fp<TlsFiles>(async (app, files) => {
  const server = app.server as unknown as Pick<Server, 'setSecureContext'>
  const reload = () => {
    try {
      server.setSecureContext({ ...secure, ...readPair(files) })
      app.log.info('took the renewed certificate')
    } catch (error) {
      app.log.warn({ err: error }, 'the certificate and its key cannot be used, the old ones stay')
    }
  }
  const watched = [files.cert, files.key]
  for (const path of watched) watchFile(path, { interval: 1000, persistent: false }, reload)
  app.addHook('onClose', async () => {
    for (const path of watched) unwatchFile(path, reload)
  })
})

function readPair({ cert, key }: TlsFiles): SecureContextOptions {
  return { cert: readFileSync(cert), key: readFileSync(key) }
}
