import assert from 'node:assert/strict'
import { type ClientRequest, get as getHttp, type IncomingMessage } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { get as getHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { until } from './patience.ts'

export interface ReceivedEvent {
  event: string
  id: string
  data: Record<string, unknown>
}

export interface Stream {
  status: number
  headers: Record<string, string | string[] | undefined>
  events: ReceivedEvent[]
  /** The complete received text. */
  text(): string
  hasEnded(): boolean
  /** Waits for an event that no earlier call has returned. */
  next(event: string, what?: (data: Record<string, unknown>) => boolean): Promise<ReceivedEvent>
  close(): void
}

export interface StreamOptions {
  as: Record<string, string>
  lastEventId?: string
  headers?: Record<string, string>
  /** Uses HTTP/2 if there is a certificate of an authority. */
  ca?: string
  http2?: boolean
}

/** Opens `GET /live` as a stream, on a separate connection. */
export async function openStream(address: string, options: StreamOptions): Promise<Stream> {
  const headers = {
    accept: 'text/event-stream',
    ...options.as,
    ...(options.lastEventId !== undefined && { 'last-event-id': options.lastEventId }),
    ...options.headers,
  }
  const url = `${address}/api/v1.0/live`
  return options.http2 ? overHttp2(url, headers, options.ca) : overHttp1(url, headers, options.ca)
}

async function overHttp1(url: string, headers: Record<string, string>, ca?: string): Promise<Stream> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const agentless = { headers, agent: false as const }
  const request: ClientRequest = url.startsWith('https:')
    ? getHttps(url, { ...agentless, ca }, resolve)
    : getHttp(url, agentless, resolve)
  request.on('error', reject)
  const response = await promise
  return received(response, response.statusCode ?? 0, response.headers, () => request.destroy())
}

async function overHttp2(url: string, headers: Record<string, string>, ca?: string): Promise<Stream> {
  const { origin, pathname } = new URL(url)
  const session: ClientHttp2Session = connectHttp2(origin, { ca })
  session.on('error', () => undefined)
  const stream = session.request({ ':path': pathname, ...headers })
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, string>>()
  stream.on('response', (answered) => resolve(answered as unknown as Record<string, string>)).on('error', reject)
  const answered = await promise
  return received(stream, Number(answered[':status']), answered, () => session.destroy())
}

function received(body: Readable, status: number, headers: Stream['headers'], close: () => void): Stream {
  let text = ''
  let parsedTo = 0
  let ended = false
  const events: ReceivedEvent[] = []
  const waited = new Set<ReceivedEvent>()
  body.setEncoding('utf8')
  body.on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n\n', parsedTo); end >= 0; end = text.indexOf('\n\n', parsedTo)) {
      const event = parsed(text.slice(parsedTo, end))
      if (event) events.push(event)
      parsedTo = end + 2
    }
  })
  const finish = () => {
    ended = true
  }
  body.on('end', finish).on('close', finish).on('error', finish)

  async function next(event: string, what: (data: Record<string, unknown>) => boolean = () => true) {
    const find = () => events.find((one) => !waited.has(one) && one.event === event && what(one.data))
    await until(() => find() !== undefined, `an event ${event} comes after\n${text}`)
    const found = find()
    assert.ok(found)
    waited.add(found)
    return found
  }

  return { status, headers, events, text: () => text, hasEnded: () => ended, next, close }
}

function parsed(block: string): ReceivedEvent | undefined {
  const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]))
  const event = fields.get('event')
  if (event === undefined) return undefined
  return { event, id: fields.get('id') ?? '', data: JSON.parse(fields.get('data') ?? '') }
}
