import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import type { Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { type Mode, type Modes, openModes } from './modes.ts'

const deadlineMs = 20_000

async function until(isSo: () => boolean, what: string): Promise<void> {
  const over = performance.now() + deadlineMs
  while (!isSo()) {
    assert.ok(performance.now() < over, what)
    await setTimeout(20)
  }
}

describe('connections', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes({ connectionsPerAddress: 20, checkEveryMs: 20 })
  })
  after(() => modes.close())

  test('from one address are limited, and idle ones are closed for new ones', async () => {
    for (const mode of modes.all) {
      const sockets: Socket[] = []
      for (let at = 0; at < 100; at += 1) {
        const socket = await connected(mode)
        if (socket) sockets.push(socket)
        await setTimeout(2)
      }
      const open = () => sockets.filter((socket) => !socket.closed).length
      await until(() => open() <= 20, `${mode.name}: ${open()} are open`)
      assert.ok(open() > 0, mode.name)
      await until(() => sockets[0]?.closed === true, `${mode.name}: the oldest is closed`)
      await answered(mode)
      for (const socket of sockets) socket.destroy()
      await until(() => open() === 0, mode.name)
    }
  })

  test('that are busy are not closed for others: the new one is refused', async () => {
    for (const mode of modes.all.slice(0, 2)) {
      const busy: Socket[] = []
      for (let at = 0; at < 20; at += 1) {
        const socket = (await connected(mode)) as Socket
        socket.write('POST /api/v1.0/register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n')
        busy.push(socket)
      }
      await until(() => busy.every((socket) => !socket.closed), mode.name)
      await setTimeout(100)
      const refused = await connected(mode)
      if (refused) await until(() => refused.closed, `${mode.name}: one more is refused`)
      assert.equal(busy.filter((socket) => socket.closed).length, 0, mode.name)
      for (const socket of busy) socket.destroy()
      await answered(mode)
    }
  })
})

/** Undefined if it is refused before the end of the handshake. */
async function connected(mode: Mode): Promise<Socket | undefined> {
  const socket = await mode.connect().catch(() => undefined)
  socket?.resume()
  return socket
}

async function answered(mode: Mode): Promise<void> {
  let last: unknown
  for (const over = performance.now() + deadlineMs; performance.now() < over; await setTimeout(50)) {
    last = await mode.get('/healthz').catch(String)
    if (Object(last).status === 200) return
  }
  assert.fail(`${mode.name}: ${JSON.stringify(last)}`)
}

describe('with the production limits', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes({})
  })
  after(() => modes.close())
  const [http2, secure] = [() => modes.all[2] as Mode, () => modes.all[1] as Mode]
  const session = (settings = {}): ClientHttp2Session =>
    connectHttp2(http2().service.address, { rejectUnauthorized: false, settings }).on('error', () => undefined)

  test('headers of more than 16 KiB are refused in every mode', async () => {
    for (const mode of modes.all) {
      if (mode.isHttp2) {
        const client = session()
        const stream = client.request({ ':path': '/healthz', 'x-long': 'x'.repeat(17_000) })
        const status = await new Promise((resolve) => {
          stream.on('response', (headers) => resolve(headers[':status'])).on('error', () => resolve(431))
          stream.on('close', () => resolve(431))
        })
        assert.equal(status, 431)
        client.destroy()
      } else {
        const socket = await mode.connect()
        socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`)
        const [answer] = await once(socket, 'data')
        assert.match(String(answer), /^HTTP\/1\.1 431 /)
        socket.destroy()
      }
      assert.equal((await mode.get('/healthz')).status, 200)
    }
  })

  test('an HTTP/2 connection has at most 100 streams', async () => {
    const client = session()
    await once(client, 'remoteSettings')
    assert.equal(client.remoteSettings.maxConcurrentStreams, 100)
    assert.equal(client.remoteSettings.maxHeaderListSize, 16_384)
    client.destroy()
  })

  test('an HTTP/2 client that cancels its requests as it sends them is soon cut off', async () => {
    const client = session()
    await once(client, 'connect')
    let answered = 0
    let sent = 0
    client.on('goaway', () => client.destroy())
    for (; !client.destroyed && sent < 2000; sent += 50) {
      for (let at = 0; at < 50 && !client.destroyed; at += 1) {
        const stream = client.request({ ':path': '/healthz' }).on('error', () => undefined)
        stream.on('response', () => {
          answered += 1
        })
        stream.close(constants.NGHTTP2_CANCEL)
      }
      await setTimeout(5)
    }
    assert.ok(client.destroyed, `${sent} requests were cancelled, ${answered} answered`)
    assert.ok(sent < 1000, `${sent} requests were cancelled`)
    const other = session()
    for (let at = 0; at < 150; at += 50)
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const stream = other.request({ ':path': '/healthz' })
          await once(stream, 'response')
          stream.close(constants.NGHTTP2_CANCEL)
        }),
      )
    assert.ok(!other.destroyed && !other.closed, 'a client may cancel a few requests')
    other.destroy()
  })

  const handshake = async (options: ConnectionOptions): Promise<TLSSocket> => {
    const { hostname, port } = new URL(secure().service.address)
    const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false, ...options })
    socket.on('error', () => undefined)
    await once(socket, 'secureConnect')
    return socket
  }

  test('TLS 1.2 is used with forward secrecy and authenticated encryption only', async () => {
    const old = { maxVersion: 'TLSv1.2' } as const
    const socket = await handshake(old)
    assert.match(socket.getCipher().name, /^ECDHE-.*(GCM|POLY1305)/)
    socket.destroy()
    const weak = [
      ...['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384', 'ECDHE-ECDSA-AES128-SHA', 'AES128-GCM-SHA256'],
      ...['ECDHE-RSA-AES128-SHA256', 'AES256-SHA', 'DHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-CCM8'],
    ]
    for (const ciphers of weak) await assert.rejects(handshake({ ...old, ciphers: `${ciphers}:@SECLEVEL=0` }), ciphers)
  })

  test('a TLS connection is not renegotiated', async () => {
    const socket = await handshake({ maxVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] })
    const renewed = await new Promise((resolve) => {
      socket.once('error', resolve).once('close', () => resolve('closed'))
      socket.renegotiate({}, (error) => resolve(error ?? 'renegotiated'))
    })
    assert.notEqual(renewed, 'renegotiated')
    socket.destroy()
  })
})
