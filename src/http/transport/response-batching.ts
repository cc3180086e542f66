import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'

interface Answer {
  reply: FastifyReply
  payload: unknown
  send(error: null, payload: unknown): void
}

/** More would gain little, and the first of them wait long. */
const maxBatch = 64

/**
 * Answers that are ready in one turn of the event loop are sent in one go at its end. A reader that sleeps is then woken once for all of
 * them, and not by each: the waking costs more than most answers do.
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

  /** One answer that cannot be sent must not hold back the others. It becomes an error, or no answer where that fails too. */
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
