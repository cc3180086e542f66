import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import Fastify from 'fastify'
import { answersTogether, sendTogether } from './answers-together.ts'

test('what is ready in one turn is sent at its end, in order, and no more than 64 at once', async () => {
  const sent: number[] = []
  for (let at = 0; at < 3; at++) sendTogether(() => sent.push(at))
  assert.equal(sent.length, 0)
  await setImmediate()
  assert.deepEqual(sent, [0, 1, 2])
  for (let at = 3; at < 66; at++) sendTogether(() => sent.push(at))
  assert.equal(sent.length, 3)
  for (let at = 66; at < 70; at++) sendTogether(() => sent.push(at))
  assert.equal(sent.length, 67)
  await setImmediate()
  assert.deepEqual(
    sent,
    Array.from({ length: 70 }, (_, at) => at),
  )
})

test("the framework's answers wait for each other too, refusals among them", async () => {
  const app = Fastify()
  await app.register(answersTogether)
  const order: string[] = []
  app.addHook('onSend', async (request) => void order.push(`sending ${request.url}`))
  app.get('/:name', async (request) => {
    // Later, but in the same turn.
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
