import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import type { ObjectSchema } from './json-schema.ts'
import { schemaCompilers } from './schema-compilers.ts'

const fields = {
  type: 'object',
  properties: {
    count: { type: 'integer', minimum: 0, maximum: 100, default: 20 },
    running: { type: 'boolean' },
    text: { type: 'string', maxLength: 3 },
  },
} as const satisfies ObjectSchema

async function server() {
  const app = Fastify({ schemaController: schemaCompilers })
  app.get('/', { schema: { querystring: fields } }, async ({ query }) => query)
  app.post('/', { schema: { body: fields } }, async ({ body }) => body)
  return app
}

test('a query’s texts are read as the schema has them, and nothing is filled in', async () => {
  const app = await server()
  const read: [query: string, as: object][] = [
    ['', {}],
    ['count=5&running=false&text=5', { count: 5, running: false, text: '5' }],
    ['count=1e1', { count: 10 }],
    ['running=true&else=1&else=2', { running: true, else: ['1', '2'] }],
  ]
  for (const [query, as] of read) assert.deepEqual((await app.inject(`/?${query}`)).json(), as, query)
  const refused = [
    ...['count=', 'count=x', 'count=2.9', 'count=5n', 'count=true', 'count=101', 'count=1&count=2'],
    ...['running=', 'running=1', 'running=TRUE', 'running=constructor', 'text=four'],
  ]
  for (const query of refused) assert.equal((await app.inject(`/?${query}`)).statusCode, 400, query)
})

test('a body is taken as it is: nothing is converted, filled in or taken away', async () => {
  const app = await server()
  const post = (payload: object) => app.inject({ method: 'POST', url: '/', payload })
  const fitting = [{}, { count: 5, running: false, text: '5' }, { else: ['1'], text: '😀😀😀' }]
  for (const body of fitting) assert.deepEqual((await post(body)).json(), body)
  const refused = [
    { count: '5' },
    { count: 2.9 },
    { count: null },
    { running: 'true' },
    { running: 1 },
    { text: 5 },
    [],
  ]
  for (const body of refused) assert.equal((await post(body)).statusCode, 400, JSON.stringify(body))
})
