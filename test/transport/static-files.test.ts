import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { sendFile, staticFile } from '../../src/http/pages/static-file.ts'

test('files that many clients download at once are sent in many turns of the event loop, which accept connections', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  const body = Buffer.alloc(2 ** 22, 'x')
  const file = staticFile('text/plain', body)
  app.get('/', (request, reply) => sendFile(request, reply, file))
  await app.ready()
  let turns = 0
  const count = () => {
    turns += 1
    turning = setImmediate(count)
  }
  let turning = setImmediate(count)
  const answers = await Promise.all(Array.from({ length: 4 }, () => app.inject('/')))
  clearImmediate(turning)
  for (const { rawPayload } of answers) assert.ok(rawPayload.equals(body))
  const pieces = (4 * body.length) / (16 * 1024)
  assert.ok(turns >= pieces / 32, `${pieces} pieces in ${turns} turns`)
})
