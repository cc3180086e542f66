import { SchoolError } from './school-error.ts'

const unreachable = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL)$/
const tooSlow = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/
const brokenOff = /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED)$/
const untrusted = /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/
/** The errors of modern TLS with a server that supports only older TLS. */
const oldTls =
  /^ERR_SSL_.*(PROTOCOL|VERSION|HANDSHAKE_FAILURE|DH_KEY_TOO_SMALL|KEY_TOO_SMALL|MD_TOO_WEAK|RENEGOTIATION|NO_CIPHERS)/

/** Describes an error by its code alone, because messages may quote the address, and with it a digest. */
export function callFailure(error: unknown, call: string, seen: { timedOut: boolean; answered: boolean }): SchoolError {
  if (error instanceof SchoolError) return error
  if (seen.timedOut) return new SchoolError('timeout', `${call}: no complete response in time`)
  const code = codeOf(error)
  if (tooSlow.test(code)) return new SchoolError('timeout', `${call}: ${code}`)
  if (oldTls.test(code))
    return new SchoolError('connection-refused', `${call}: ${code}, possibly outdated TLS: see SCHOOL_TLS`)
  if (unreachable.test(code) || untrusted.test(code)) return new SchoolError('connection-refused', `${call}: ${code}`)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return new SchoolError('too-large', `${call}: ${code}`)
  if (brokenOff.test(code) && !seen.answered) return new SchoolError('connection-refused', `${call}: ${code}`)
  return new SchoolError('not-understood', `${call}: ${code}`)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  // If several addresses fail in turn, Node throws one AggregateError without a code of its own.
  if (error instanceof AggregateError && !('code' in error && error.code)) return codeOf(error.errors[0])
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
