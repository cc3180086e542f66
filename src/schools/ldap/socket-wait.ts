import type { Socket } from 'node:net'

/**
 * Waits for an event until `take` returns a value. Rejects with the socket's own error when the socket closes, or when
 * the time is up.
 */
export function waitFor<T, Heard = void>(
  socket: Socket,
  event: string,
  signal: AbortSignal,
  take: (heard: Heard) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    function settle(end: () => void): void {
      socket.off(event, onEvent).off('close', fail)
      signal.removeEventListener('abort', fail)
      end()
    }
    const fail = () => settle(() => reject(socket.errored ?? brokenOff()))
    const onEvent = (heard: Heard) => {
      try {
        const taken = take(heard)
        if (taken !== undefined) settle(() => resolve(taken))
      } catch (error) {
        settle(() => reject(error))
      }
    }
    socket.on(event, onEvent).on('close', fail)
    signal.addEventListener('abort', fail)
    if (signal.aborted || socket.destroyed) fail()
  })
}

function brokenOff(): Error {
  return Object.assign(new Error('the connection was broken off'), { code: 'ECONNRESET' })
}
