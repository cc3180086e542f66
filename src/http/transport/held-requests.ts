import type { IncomingMessage } from 'node:http'

const held = new WeakSet<IncomingMessage>()

/** Notes a request that runs later than it was taken from its socket. */
export function markHeld(request: IncomingMessage): void {
  held.add(request)
}

/** Whether the request was held back: it must not open a read snapshot that requests share, which later ones would find too old. */
export function wasHeld(request: IncomingMessage): boolean {
  return held.has(request)
}
