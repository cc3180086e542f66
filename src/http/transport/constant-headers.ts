import type { IncomingMessage } from 'node:http'
import type { HeaderSet } from '../security/security-headers.ts'

// An `import` would read every export, and one of them loads a whole HTTP client.
const { ServerResponse } = process.getBuiltinModule('node:http')

type StoreHeader = (firstLine: string, headers: Record<string, unknown> | undefined) => void
const { _storeHeader: storeHeader } = ServerResponse.prototype as unknown as { _storeHeader: StoreHeader }

/**
 * HTTP/1.1 responses that begin with these headers, written as one string. Node checks and writes headers one by one: as separate
 * headers, these would cost a tenth of the processor time of a small response. A page brings its own `content-security-policy`.
 */
export function responsesWith(headers: HeaderSet) {
  const { 'content-security-policy': _, ...others } = headers
  const [all, forPages] = [linesOf(headers), linesOf(others)]
  return class<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    _storeHeader(firstLine: string, own: Parameters<StoreHeader>[1]): void {
      const isPage = own !== undefined && 'content-security-policy' in own
      storeHeader.call(this, firstLine + (isPage ? forPages : all), own)
    }
  }
}

function linesOf(headers: HeaderSet): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return lines.join('')
}
