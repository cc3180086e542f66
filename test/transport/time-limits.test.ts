import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import type { Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { transportLimits } from '../../src/http/transport/limits.ts'
import { patience } from '../support/patience.ts'
import { frame, type Mode, type Modes, openModes, preface } from './modes.ts'

/** Far longer than any limit of these tests, on any machine. */
const deadlineMs = 20_000

const limits = {
  ...{ handshakeMs: 400, headersMs: 400, bodyMs: 800, writingMs: 600, idleMs: 900, checkEveryMs: 50 },
}

/** Reads until the connection ends, and returns the received data. `read: false` leaves it in the system's buffers. */
async function ended(socket: Socket, read = true): Promise<string> {
  let received = ''
  if (read) socket.on('data', (chunk) => (received += chunk.toString('latin1')))
  else socket.pause()
  const over = AbortSignal.timeout(deadlineMs)
  while (!socket.destroyed && !socket.closed) {
    over.throwIfAborted()
    // A client that does not read notices the end only by writing.
    if (!read && !socket.destroyed) socket.write('\r\n')
    await setTimeout(25)
  }
  return received
}

/** Sends byte by byte until the connection ends. */
async function trickle(socket: Socket, bytes: string | Buffer): Promise<string> {
  const end = ended(socket)
  const over = AbortSignal.timeout(deadlineMs)
  for (const byte of Buffer.from(bytes)) {
    if (!socket.writable) break
    over.throwIfAborted()
    socket.write(Buffer.from([byte]))
    await setTimeout(25)
  }
  return end
}

const endless = 'x'.repeat(10_000)
const posted = 'POST /api/v1.0/register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'

describe('time limits', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes(limits)
  })
  after(() => modes.close())
  const each = async (work: (mode: Mode) => Promise<void>) => {
    for (const mode of modes.all) await work(mode)
    for (const mode of modes.all) assert.equal((await mode.get('/healthz')).status, 200, mode.name)
  }

  test('ends a handshake that does not start or finish', () =>
    each(async (mode) => {
      await ended(await mode.connectBare())
      const begun = Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), Buffer.alloc(1000)])
      await trickle(await mode.connectBare(), begun)
    }))

  test('ends a connection without a request, or whose headers are late', () =>
    each(async (mode) => {
      await ended(await mode.connect())
      if (mode.isHttp2) {
        const begun = await mode.connect()
        begun.write(preface)
        begun.write(frame(1, 0, 1, Buffer.from([0x82])))
        await ended(begun)
        await trickle(await mode.connect(), preface)
        return
      }
      const answer = await trickle(await mode.connect(), `GET / HTTP/1.1\r\nX: ${endless}`)
      assert.match(answer, /^HTTP\/1\.1 408 /)
      assert.match(answer, /\r\nx-request-id: /)
      assert.match(answer, /\r\nx-content-type-options: nosniff/)
    }))

  test('ends a request whose body is late, with a 408', () =>
    each(async (mode) => {
      if (!mode.isHttp2) {
        const answer = await trickle(await mode.connect(), `${posted}Content-Length: 9999\r\n\r\n${endless}`)
        return assert.match(answer, /408 request timeout/i)
      }
      const session = connectHttp2(mode.service.address, { rejectUnauthorized: false })
      const stream = session.request({
        ...{ ':method': 'POST', ':path': '/api/v1.0/register', 'content-type': 'application/json' },
      })
      let status = 0
      stream.on('response', (headers) => (status = Number(headers[':status']))).on('error', () => undefined)
      const over = AbortSignal.timeout(deadlineMs)
      while (!stream.closed && !stream.destroyed) {
        over.throwIfAborted()
        if (stream.writable) stream.write('x')
        await setTimeout(25)
      }
      assert.equal(status, 408)
      session.destroy()
    }))

  test('ends a connection whose client does not read', () =>
    each(async (mode) => {
      const asset = await largestAsset(mode)
      if (!mode.isHttp2) {
        const socket = await mode.connect()
        socket.write(`GET ${asset} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(16))
        await ended(socket, false)
        return
      }
      // Never opens its window again: the connection is read, and no response progresses.
      for (const initialWindowSize of [0, 65_535]) {
        const session = connectHttp2(mode.service.address, {
          rejectUnauthorized: false,
          settings: { initialWindowSize },
        })
        session.on('error', () => undefined)
        for (const path of [asset, asset, '/healthz'])
          session
            .request({ ':path': path })
            .on('error', () => undefined)
            .pause()
        await closed(session)
      }
    }))

  test('ends an idle keep-alive connection', () =>
    each(async (mode) => {
      if (mode.isHttp2) {
        const session = connectHttp2(mode.service.address, { rejectUnauthorized: false })
        session.request({ ':path': '/healthz' }).resume()
        await closed(session)
        return
      }
      const socket = await mode.connect()
      socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
      assert.match(await ended(socket), /^HTTP\/1\.1 200 /)
    }))
})

describe('the minimum rate at which a client reads a response', () => {
  const writingMs = 3000
  /** Reads with pauses. Returns whether the connection ends before the time is over. */
  async function isEnded(read: AsyncIterable<Buffer>, sipBytes: number, pauseMs: number, forMs: number) {
    const over = performance.now() + forMs
    let sip = 0
    try {
      for await (const { length } of read) {
        sip += length
        if (performance.now() > over) return false
        if (sip >= sipBytes) await setTimeout(pauseMs)
        if (sip >= sipBytes) sip = 0
      }
    } catch {}
    return performance.now() < over
  }

  test('is far below that of a slow client of which the system reports no progress for longer', async (t) => {
    const modes = await openModes({ writingMs, checkEveryMs: 50 })
    t.after(() => modes.close())
    const read = async (mode: Mode) => {
      const socket = await mode.connect()
      await requestMuch(mode, socket)
      // A write detects at once an end that is behind data in the system's buffers.
      const probe = setInterval(() => socket.write(mode.isHttp2 ? frame(6, 0, 0, Buffer.alloc(8)) : '\r\n'), 200)
      assert.equal(await isEnded(socket, 65_536, 200, 2.5 * writingMs), false, mode.name)
      clearInterval(probe)
      socket.destroy()
    }
    await Promise.all(modes.all.map(read))
  })

  test('applies to a response that the system has buffered completely', async (t) => {
    const modes = await openModes({ writingMs: 1000, idleMs: 10 * deadlineMs, checkEveryMs: 50 })
    t.after(() => modes.close())
    for (const mode of modes.all) {
      const socket = await mode.connect()
      await requestBuffered(mode, socket)
      await ended(socket, false)
    }
  })

  test('does not apply to an idle connection that has received its responses', async (t) => {
    const writingMs = 500
    const modes = await openModes({ writingMs, idleMs: 10 * deadlineMs, checkEveryMs: 50 })
    t.after(() => modes.close())
    for (const mode of modes.all) {
      const socket = await mode.connect()
      socket.resume()
      await requestBuffered(mode, socket)
      await setTimeout(4 * writingMs)
      assert.ok(!socket.destroyed && !socket.readableEnded, mode.name)
      socket.destroy()
    }
  })

  test('ends the connection of a client that stays below it', async (t) => {
    const modes = await openModes({ writingMs, writingBytesPerSecond: 1e9, checkEveryMs: 50 })
    t.after(() => modes.close())
    const sip = async (mode: Mode) => {
      const socket = await mode.connect()
      await requestMuch(mode, socket)
      assert.ok(await isEnded(socket, 65_536, 50, deadlineMs), mode.name)
    }
    const openLittle = async (mode: Mode) => {
      const session = connectHttp2(mode.service.address, { rejectUnauthorized: false }).on('error', () => undefined)
      const stream = session.request({ ':path': await largestAsset(mode) })
      assert.ok(await isEnded(stream, 16_384, 100, deadlineMs), 'HTTP/2, by its window')
      session.destroy()
    }
    await Promise.all([...modes.all.map(sip), openLittle(modes.all[2] as Mode)])
  })
})

/** Requests sixteen times the largest file, as fast as the connection accepts it. */
async function requestMuch(mode: Mode, socket: Socket): Promise<void> {
  request(mode, socket, await largestAsset(mode), 16)
}

/** Requests more than the system buffers for the client, and less than it buffers for both ends. */
async function requestBuffered(mode: Mode, socket: Socket): Promise<void> {
  const path = '/openapi.json'
  const { length } = (await mode.get(path)).text
  request(mode, socket, path, Math.ceil(220_000 / length))
}

function request(mode: Mode, socket: Socket, asset: string, times: number): void {
  if (!mode.isHttp2) {
    socket.write(`GET ${asset} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(times))
    return
  }
  const most = Buffer.from([0x7f, 0xff, 0, 0])
  socket.write(Buffer.concat([preface, frame(4, 0, 0, Buffer.from([0, 4, ...most])), frame(8, 0, 0, most)]))
  for (let id = 1; id < 2 * times; id += 2) socket.write(frame(1, endsBoth, id, asked('GET', asset)))
}

const endsHeaders = 4
const endsBoth = 5
const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)])

/** HPACK without Huffman-coded names: `:method`, `:scheme`, `:path` and `:authority`. */
function asked(method: 'GET' | 'POST', path: string): Buffer {
  const head = Buffer.from([method === 'GET' ? 0x82 : 0x83, 0x87, 0x04])
  return Buffer.concat([head, text(path), Buffer.from([0x01]), text('127.0.0.1')])
}

describe('endless headers on an HTTP/2 connection in use', () => {
  let modes: Modes
  let mode: Mode
  const headersMs = patience(200)
  before(async () => {
    modes = await openModes({ headersMs, bodyMs: 2 * headersMs, checkEveryMs: 50 })
    mode = modes.all[2] as Mode
  })
  after(() => modes.close())
  const [getting, posting] = [asked('GET', '/healthz'), asked('POST', '/api/v1.0/register')]

  async function opened(...frames: Buffer[]): Promise<Socket> {
    const socket = await mode.connect()
    for (const each of [preface, frame(4, 1, 0), ...frames]) socket.write(each)
    return socket
  }

  test('end it after a response, and during a body', async () => {
    const answered = await opened(frame(1, endsBoth, 1, getting), frame(1, 0, 3, getting))
    const beside = await opened(frame(1, endsHeaders, 1, posting), frame(1, 0, 3, getting))
    await Promise.all([ended(answered), ended(beside)])
  })

  test('end it too if they are trailers of a body', async () => {
    const literal = (name: string, value: string) => Buffer.concat([Buffer.from([0]), text(name), text(value)])
    const withBody = Buffer.concat([posting, literal('content-type', 'application/json')])
    const trailers = literal('x-a', 'b')
    await ended(await opened(frame(1, endsHeaders, 1, withBody), frame(1, 1, 1, trailers)))
  })

  test('are not confused with a request refused for its headers: the others continue', async () => {
    const session = connectHttp2(mode.service.address, { rejectUnauthorized: false })
    session.on('error', () => undefined)
    assert.equal(await status(session), 200)
    const pinged = once(session, 'ping', { signal: AbortSignal.timeout(deadlineMs) })
    session.request({ ':path': '/healthz', 'x-long': 'x'.repeat(17_000) }).on('error', () => undefined)
    await pinged
    await setTimeout(3 * headersMs)
    assert.equal(await status(session), 200)
    session.destroy()
  })
})

async function status(session: ReturnType<typeof connectHttp2>): Promise<unknown> {
  const [headers] = await once(session.request({ ':path': '/healthz' }).resume(), 'response')
  return headers[':status']
}

async function closed(session: ReturnType<typeof connectHttp2>): Promise<void> {
  const over = AbortSignal.timeout(deadlineMs)
  while (!session.destroyed) {
    over.throwIfAborted()
    await setTimeout(25)
  }
}

/** A file that every visitor of the documentation loads. */
async function largestAsset(mode: Mode): Promise<string> {
  const page = await mode.get('/docs')
  const paths = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
  const sizes = await Promise.all(paths.map(async (path) => [path, (await mode.get(path)).text.length] as const))
  const [largest] = sizes.sort(([, a], [, b]) => b - a)
  assert.ok(largest && largest[1] > 100_000, JSON.stringify(sizes))
  return largest[0]
}

test('the production limits are the documented ones', () => {
  const { handshakeMs, headersMs, bodyMs, writingMs, writingBytesPerSecond, headerBytes, streams } = transportLimits
  assert.deepEqual([handshakeMs, headersMs, bodyMs, writingMs], [3000, 3000, 11_000, 10_000])
  assert.deepEqual([writingBytesPerSecond, headerBytes, streams], [240, 16_384, 100])
})
