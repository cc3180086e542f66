import { constants } from 'node:http2'
import type { FastifyReply } from 'fastify'

/**
 * Aborts a response that was sent in part, so that the client does not take the part for the whole. HTTP/1.1 closes the connection
 * before the last chunk. HTTP/2 needs an error code: it would end a destroyed stream as if the body were complete.
 */
export function abortResponse({ raw }: FastifyReply): void {
  if ('stream' in raw) (raw.stream as { close(code: number): void }).close(constants.NGHTTP2_INTERNAL_ERROR)
  else raw.destroy()
}
