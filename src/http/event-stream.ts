import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'

export interface EventStream {
  /** Sends bytes in the format of Server-Sent Events. A client that leaves too many of them unread is disconnected. */
  send(bytes: Buffer): void
  /** Ends the response. */
  end(): void
}

export interface EventStreamOptions {
  /** How much may wait for a client within this process. The system buffers more. */
  maxUnsentBytes: number
  /** Called once, however the stream ends. */
  onClose(): void
}

/** Tells proxies to pass events on at once, without buffering or storing them. */
const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }

/** Begins a response of Server-Sent Events, with the headers of `reply`. */
export function openEventStream(reply: FastifyReply, { maxUnsentBytes, onClose }: EventStreamOptions): EventStream {
  const { raw } = reply.hijack()
  let isOpen = true
  raw.once('close', () => {
    isOpen = false
    onClose()
  })
  // The close event follows.
  raw.on('error', () => undefined)
  raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...headers })
  return {
    send(bytes) {
      if (!isOpen) return
      raw.write(bytes)
      if (raw.writableLength > maxUnsentBytes) raw.destroy()
    },

    end() {
      if (isOpen) raw.end()
      isOpen = false
    },
  }
}

export interface ServerSentEvent {
  id: string
  event: string
  data: object
}

export function eventText({ id, event, data }: ServerSentEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** A comment, which is not an event, to keep proxies from closing the connection. */
export const keepAliveComment = Buffer.from(':\n\n')

/** Tells the client how long to wait before it reconnects. */
export function retryText(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`
}

/** Whether a client prefers events to JSON. */
export function prefersEvents(accept: string | undefined): boolean {
  if (accept === undefined) return false
  const qualities = new Map(accept.split(',').map(qualityOf))
  const events = qualities.get('text/event-stream') ?? 0
  return events > 0 && events >= (qualities.get('application/json') ?? 0)
}

function qualityOf(range: string): [type: string, quality: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  return [type, quality === undefined ? 1 : Number(quality.slice(2)) || 0]
}
