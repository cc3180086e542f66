import type { IncomingMessage } from 'node:http'

const held = new WeakSet<IncomingMessage>()

/** Marks a request that is handled later than it was read from its socket. */
export function markHeld(request: IncomingMessage): void {
  held.add(request)
}

/** Whether the request was held back. It must then not open a shared read snapshot, which later requests would find too old. */
export function wasHeld(request: IncomingMessage): boolean {
  return held.has(request)
}
