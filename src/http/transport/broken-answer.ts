import { constants } from 'node:http2'
import type { FastifyReply } from 'fastify'

/**
 * Ends an answer of which a part was sent, so that its client does not take the part for the whole: HTTP/1.1 closes the connection
 * before the last chunk. HTTP/2 would end a destroyed stream without an error, which looks like the end of the body.
 */
export function breakOff({ raw }: FastifyReply): void {
  if ('stream' in raw) (raw.stream as { close(code: number): void }).close(constants.NGHTTP2_INTERNAL_ERROR)
  else raw.destroy()
}
