import { constants } from 'node:crypto'
import type { ConnectionOptions } from 'node:tls'

export interface SchoolTls {
  /** PEM of the only authority that is trusted for this site. If absent, the usual authorities are trusted. */
  ca: string | undefined
  /** Accepts old TLS (1.0, 1.1, weak keys, no secure renegotiation), which can be read and changed in transit. */
  legacyTls: boolean
}

export function tlsOptions({ ca, legacyTls }: SchoolTls): ConnectionOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(legacyTls && {
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
      secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
    }),
  }
}
