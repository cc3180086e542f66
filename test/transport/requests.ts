import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { text } from 'node:stream/consumers'
import type { Mode } from './modes.ts'

export interface Asked {
  status: number
  headers: Record<string, string>
  text: string
}

/** Sends one request in any mode, with these headers, and a default Host if they contain none. */
export async function ask(mode: Mode, line: string, headers: Record<string, string> = {}, body = ''): Promise<Asked> {
  const [method = '', path = ''] = line.split(' ')
  const length: Record<string, string> = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const sent: Record<string, string> = { host: new URL(mode.service.address).host, ...length, ...headers }
  return mode.isHttp2 ? askHttp2(mode, method, path, sent, body) : askHttp1(mode, method, path, sent, body)
}

async function askHttp1(mode: Mode, method: string, path: string, headers: Record<string, string>, body: string) {
  const socket = await mode.connect()
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  const answer = await text(socket)
  const [head = '', ...rest] = answer.split('\r\n\r\n')
  const [status = '', ...headerLines] = head.split('\r\n')
  const pairs = headerLines.map((one) => [
    one.slice(0, one.indexOf(':')).toLowerCase(),
    one.slice(one.indexOf(':') + 2),
  ])
  const names = pairs.map(([name]) => name)
  assert.deepEqual(names, [...new Set(names)], 'no header is repeated')
  return { status: Number(status.split(' ')[1]), headers: Object.fromEntries(pairs), text: rest.join('\r\n\r\n') }
}

async function askHttp2(mode: Mode, method: string, path: string, headers: Record<string, string>, body: string) {
  const session = connectHttp2(mode.service.address, { rejectUnauthorized: false }).on('error', () => undefined)
  try {
    const { host, ...others } = headers
    const target = { ':method': method, ':path': path, ...(host !== undefined && { ':authority': host }) }
    const stream = session.request({ ...target, ...others }, { endStream: body === '' })
    if (body !== '') stream.end(body)
    const [answered] = await once(stream, 'response')
    return { status: Number(answered[':status']), headers: answered, text: await text(stream) }
  } finally {
    session.destroy()
  }
}
