import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'

interface Answer {
  reply: FastifyReply
  payload: unknown
  send(error: null, payload: unknown): void
}

/** A larger batch would gain little, and would delay its first responses. */
const maxBatch = 64

/**
 * Responses that are ready in the same turn of the event loop are sent together at its end. A sleeping reader is then woken once for all
 * of them instead of once for each: waking it costs more than most responses do.
 */
export const responseBatching = fp(async (app) => {
  const failed = new WeakSet<FastifyReply>()
  let waiting: Answer[] = []

  function sendAll(): void {
    const answers = waiting
    waiting = []
    for (const { reply, payload, send } of answers) {
      try {
        send(null, payload)
      } catch (error) {
        fail(reply, error)
      }
    }
  }

  /** A response that cannot be sent must not hold back the others. It becomes an error; if that fails as well, the connection is closed. */
  function fail(reply: FastifyReply, error: unknown): void {
    reply.log.error({ reqId: reply.request.id, err: error }, 'the response could not be sent')
    if (reply.raw.headersSent || failed.has(reply)) return void reply.raw.destroy()
    failed.add(reply)
    reply.send(error instanceof Error ? error : new Error(String(error)))
  }

  app.addHook('onSend', (_request, reply, payload, done) => {
    if (waiting.length === 0) setImmediate(sendAll)
    waiting.push({ reply, payload, send: done })
    if (waiting.length >= maxBatch) sendAll()
  })
})
