import fp from 'fastify-plugin'

type Send = () => void

/** More would gain little, and the first of them wait long. */
const most = 64

let waiting: Send[] = []

/**
 * Answers that are ready in one turn of the event loop are sent in one go at its end. A reader that sleeps is then woken once for all of
 * them, and not by each: the waking costs more than most answers do.
 */
export function sendTogether(send: Send): void {
  if (waiting.length === 0) setImmediate(sendAll)
  waiting.push(send)
  if (waiting.length >= most) sendAll()
}

function sendAll(): void {
  const sends = waiting
  waiting = []
  for (const send of sends) send()
}

/** The framework's answers too. */
export const answersTogether = fp(async (app) => {
  app.addHook('onSend', (_request, _reply, payload, done) => sendTogether(() => done(null, payload)))
})
