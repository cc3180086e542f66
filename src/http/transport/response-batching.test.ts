import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { errors } from '../errors/errors.ts'
import { responseBatching } from './response-batching.ts'

async function server() {
  const app = Fastify()
  await app.register(errors, { logUnavailable: () => false })
  await app.register(responseBatching)
  return app
}

/** Records what is sent, in order. */
function noteSent(app: FastifyInstance): string[] {
  const order: string[] = []
  app.addHook('onSend', async (request) => void order.push(`sending ${request.url}`))
  return order
}

test('sends responses that are ready in one turn of the event loop at its end, in order, errors included', async () => {
  const app = await server()
  const order = noteSent(app)
  app.get('/:name', async (request) => {
    // Later, but in the same turn of the event loop.
    for (let steps = 100 * ['/a', '/b', '/c'].indexOf(request.url); steps > 0; steps--) await undefined
    order.push(`ready ${request.url}`)
    if (request.url === '/b') throw new Error('b')
    return {}
  })
  await app.ready()
  const answers = await Promise.all(['/a', '/b', '/c'].map((url) => app.inject(url)))
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 500, 200],
  )
  assert.deepEqual(
    order,
    ['/a', '/b', '/c'].map((url) => `ready ${url}`).concat(['/a', '/b', '/c'].map((url) => `sending ${url}`)),
  )
})

test('batches at most 64 responses', async () => {
  const app = await server()
  const order = noteSent(app)
  app.get('/:name', (request) => {
    order.push(`ready ${request.url}`)
    return {}
  })
  await app.ready()
  await Promise.all(Array.from({ length: 70 }, (_, at) => app.inject(`/${at}`)))
  assert.equal(order.indexOf('sending /0'), 64)
  assert.equal(order.filter((step) => step.startsWith('sending')).length, 70)
})

test('a response that cannot be sent becomes a 500, and the others of its batch are sent', async () => {
  const app = await server()
  app.get('/:name', (request, reply) => {
    if (request.url === '/number') return reply.serializer(() => 5 as never).send({})
    return { of: request.url }
  })
  await app.ready()
  const answers = await Promise.all(['/a', '/number', '/c'].map((url) => app.inject(url)))
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 500, 200],
  )
  assert.deepEqual(answers[2]?.json(), { of: '/c' })
})

test('a response whose error cannot be sent either closes its connection, and the others of its batch are sent', async (t) => {
  const app = await server()
  app.get('/:name', (request, reply) => {
    if (request.url === '/header') reply.header('x-broken', 'one\ntwo')
    if (request.url === '/begun') reply.raw.write('begun')
    return { of: request.url }
  })
  t.after(() => app.close())
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const fetchText = async (url: string) => (await fetch(address + url)).text()
  const answers = await Promise.allSettled(['/a', '/header', '/begun', '/c'].map(fetchText))
  assert.deepEqual(
    answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'ended')),
    ['{"of":"/a"}', 'ended', 'ended', '{"of":"/c"}'],
  )
})
