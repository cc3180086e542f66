import type { HeaderSet } from '../security/security-headers.ts'
import { responsesWith } from './constant-headers.ts'
import type { TransportLimits } from './limits.ts'

/** Options of Node's HTTP/1.1 server, with and without TLS. */
export function httpOptions(limits: TransportLimits, headers: HeaderSet) {
  return {
    ServerResponse: responsesWith(headers),
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.bodyMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  }
}
