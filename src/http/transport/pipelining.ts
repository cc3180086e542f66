import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import { markHeld } from './held-requests.ts'

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** The newest request of a connection, and whether one that writes is among those that are unanswered. */
interface Pipeline {
  response: ServerResponse
  writes: boolean
}

/**
 * Node hands over all requests of a connection as they arrive, and only keeps their answers in order. A request behind an unanswered
 * write, and a write behind any unanswered request, wait here until those are answered, so that each sees what came before it
 * (RFC 9112, 9.3.2). Reads behind reads run together. Costs others one entry in a WeakMap. To be registered after whatever else
 * replaces the server's handler.
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
  // Node gives a response its socket when it is next in turn.
  return response.socket === null && newest?.response.writableFinished === false ? newest : undefined
}

function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** Nothing more is read while any request waits: they stay bounded by what one read brings. */
function waitFor(previous: ServerResponse, socket: Socket, run: () => void): void {
  socket.pause()
  previous.once('close', () => {
    // An answer that closes the connection is the last one.
    if (socket.writable) run()
  })
}
