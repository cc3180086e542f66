import { constants } from 'node:crypto'
import type { ConnectionOptions } from 'node:tls'

export interface SchoolTls {
  /** PEM of the authority that alone is trusted for this site; the usual ones where it is absent. */
  ca: string | undefined
  /** Old TLS (1.0, 1.1, weak keys, no secure renegotiation) is taken: it can be read and changed on the way. */
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
