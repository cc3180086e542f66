import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { type EventStream, eventText, openEventStream, prefersEvents } from '../../src/http/event-stream.ts'
import { until } from '../support/patience.ts'

const maxUnsentBytes = 64 * 1024
const chunk = Buffer.alloc(16 * 1024, 'x')

/** Responds to every request with a stream. */
async function serveStreams(app: FastifyInstance) {
  const streams: { stream: EventStream; closed: number }[] = []
  app.get('/', (_request, reply) => {
    const one = { closed: 0, stream: undefined as unknown as EventStream }
    one.stream = openEventStream(reply, { maxUnsentBytes, onClose: () => one.closed++ })
    one.stream.send(Buffer.from(':\n\n'))
    streams.push(one)
    return reply
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { streams, port }
}

async function assertDropped(streams: { stream: EventStream; closed: number }[]): Promise<void> {
  const [slow, quick] = streams
  assert.ok(slow && quick)
  // The system buffers some of it.
  await until(() => {
    for (let at = 0; at < 64; at++) slow.stream.send(chunk)
    return slow.closed > 0
  }, 'the slow one is disconnected')
  slow.stream.send(chunk)
  slow.stream.end()
  assert.deepEqual([slow.closed, quick.closed], [1, 0])
}

test('a client that does not read is disconnected; the others are not', async (t) => {
  const app = Fastify()
  const { streams, port } = await serveStreams(app)
  const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    return app.close()
  })
  for (const [at, socket] of sockets.entries()) {
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => streams.length === at + 1, 'it gets a response')
  }
  await assertDropped(streams)
})

test('the same applies to a stream of HTTP/2, and its connection continues', async (t) => {
  const app = Fastify({ http2: true }) as unknown as FastifyInstance
  const { streams, port } = await serveStreams(app)
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  t.after(() => {
    session.destroy()
    return app.close()
  })
  const requests = []
  for (let at = 0; at < 2; at++) {
    requests.push(session.request({ ':path': '/' }).on('error', () => undefined))
    await until(() => streams.length === at + 1, 'it gets a response')
  }
  const [, quick] = requests
  quick?.resume()
  await assertDropped(streams)
  assert.ok(!session.destroyed && quick && !quick.destroyed)
  streams[1]?.stream.end()
  await once(quick, 'end')
})

test('an event is one block of lines', () => {
  assert.equal(
    eventText({ id: '1', event: 'note', data: { text: 'a\nb' } }),
    'id: 1\nevent: note\ndata: {"text":"a\\nb"}\n\n',
  )
})

test('events are sent to clients that prefer them', () => {
  const cases: [string | undefined, boolean][] = [
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/json', false],
    ['text/event-stream', true],
    ['TEXT/EVENT-STREAM ; q=0.1', true],
    ['text/event-stream;q=0', false],
    ['text/event-stream, application/json', true],
    ['text/event-stream;q=0.4, application/json;q=0.5', false],
    ['text/event-stream;q=x', false],
  ]
  for (const [accept, wanted] of cases) assert.equal(prefersEvents(accept), wanted, String(accept))
})
