import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect as connectPlain, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import type { TransportLimits } from '../../src/http/transport/limits.ts'
import { type Service, startService } from '../support/service.ts'
import { makeTlsFiles } from '../support/tls-files.ts'

/** A protocol between a client and the service. */
export interface Mode {
  name: string
  /** HTTP/2 has frames instead of text. */
  isHttp2: boolean
  service: Service
  /** A connection on which requests can be written. An error on it closes it. */
  connect(): Promise<Socket>
  /** A connection without a started handshake, if there is one. */
  connectBare(): Promise<Socket>
  /** The response to `GET path` on a separate connection. */
  get(path: string): Promise<{ status: number; text: string }>
}

export interface Modes {
  all: Mode[]
  close(): Promise<void>
}

/** All three modes, with these limits. */
export async function openModes(
  limits: Partial<TransportLimits>,
  settings: Record<string, string> = {},
): Promise<Modes> {
  const files = await makeTlsFiles()
  const plain = await startService(settings, { limits })
  const secure = await startService({ ...files.settings, ...settings }, { limits })
  const { ca } = files
  const all = [
    modeOf('plain HTTP/1.1', plain, ca),
    modeOf('HTTP/1.1 over TLS', secure, ca, 'http/1.1'),
    modeOf('HTTP/2', secure, ca, 'h2'),
  ]
  const close = async () => {
    await plain.close()
    await secure.close()
    await files.remove()
  }
  return { all, close }
}

function modeOf(name: string, service: Service, ca: string, protocol?: 'http/1.1' | 'h2'): Mode {
  const { hostname, port } = new URL(service.address)
  const place = { host: hostname, port: Number(port) }
  const connectBare = () => opened(connectPlain(place), 'connect')
  const connect = () =>
    protocol === undefined
      ? connectBare()
      : opened(connectTls({ ...place, ca, ALPNProtocols: [protocol] }), 'secureConnect')

  async function get(path: string) {
    if (protocol === 'h2') return getHttp2(connectHttp2(service.address, { ca }), path)
    const socket = await connect()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
    const answer = await text(socket)
    return { status: Number(answer.split(' ')[1]), text: answer.slice(answer.indexOf('\r\n\r\n') + 4) }
  }

  return { name, isHttp2: protocol === 'h2', service, connect, connectBare, get }
}

async function getHttp2(session: ClientHttp2Session, path: string) {
  session.on('error', () => undefined)
  try {
    const stream = session.request({ ':path': path })
    const [headers] = await once(stream, 'response')
    return { status: Number(headers[':status']), text: await text(stream) }
  } finally {
    session.close()
  }
}

async function opened(socket: Socket, event: string): Promise<Socket> {
  await once(socket, event)
  socket.on('error', () => undefined)
  return socket
}

/** The start of an HTTP/2 connection: the preface, and settings without changes. */
export const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)])

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
