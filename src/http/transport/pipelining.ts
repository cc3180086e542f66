import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import { isSafe } from '../security/cross-site.ts'
import { markHeld } from './held-requests.ts'

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** The newest request of a connection, and whether any of its unanswered requests is a write. */
interface Pipeline {
  response: ServerResponse
  writes: boolean
}

/**
 * Node passes on all requests of a connection as they arrive, and only keeps their responses in order. Here, a request waits for
 * unanswered writes before it, and a write waits for all unanswered requests before it, so that each request sees the effects of the
 * earlier ones (RFC 9112, 9.3.2). Consecutive reads run concurrently. A connection without pipelining costs one entry in a WeakMap.
 * Must be registered after everything else that replaces the server's handler.
 */
export const pipelining = fp(async (app) => {
  const [handle] = app.server.listeners('request') as Handle[]
  if (handle === undefined) throw new Error('the server has no handler of requests')
  const pipelines = new WeakMap<Socket, Pipeline>()
  app.server.removeListener('request', handle)
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // The requests of an HTTP/2 connection are independent of each other.
    if (request.httpVersionMajor > 1) return handle(request, response)
    const previous = unansweredBefore(response, pipelines.get(request.socket))
    const writes = !isSafe(request.method) || previous?.writes === true
    pipelines.set(request.socket, { response, writes })
    if (previous === undefined || !writes) return handle(request, response)
    markHeld(request)
    waitFor(previous.response, request.socket, () => {
      if (pipelines.get(request.socket)?.response === response) request.socket.resume()
      handle(request, response)
    })
  })
})

function unansweredBefore(response: ServerResponse, newest: Pipeline | undefined): Pipeline | undefined {
  // Node assigns a response its socket when it is the next one to be sent.
  return response.socket === null && newest?.response.writableFinished === false ? newest : undefined
}

/** Reading stops while a request waits, so the number of waiting requests is bounded by what one read returns. */
function waitFor(previous: ServerResponse, socket: Socket, run: () => void): void {
  socket.pause()
  previous.once('close', () => {
    // No request is handled after a response that closes the connection.
    if (socket.writable) run()
  })
}
