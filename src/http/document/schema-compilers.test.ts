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
  const id = { anyOf: [{ type: 'integer' }, { type: 'string', const: 'me' }] }
  const params = { type: 'object', properties: { id, name: { type: 'string' } } }
  app.get('/:id/:name', { schema: { params } }, async ({ params }) => params)
  app.post('/', { schema: { body: fields } }, async ({ body }) => body)
  return app
}

test('converts query parameters to the types of the schema, and adds no defaults', async () => {
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
    ...['count=1e309', 'count=-1e309', 'count=Infinity', 'count=-Infinity', 'count=NaN', 'count=1e308'],
    ...['running=', 'running=1', 'running=TRUE', 'running=constructor', 'text=four'],
  ]
  for (const query of refused) assert.equal((await app.inject(`/?${query}`)).statusCode, 400, query)
})

test('accepts a body unchanged: converts, adds and removes nothing', async () => {
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

test('an id in a path has one spelling of a number, or the one text in the schema; any other matches nothing', async () => {
  const app = await server()
  assert.deepEqual((await app.inject('/12/12')).json(), { id: 12, name: '12' })
  assert.deepEqual((await app.inject('/me/me')).json(), { id: 'me', name: 'me' })
  for (const text of ['0', '01', '-1', '+1', '1.0', '1e1', '%201', 'you', '9007199254740993', '１']) {
    const { code } = (await app.inject(`/${text}/x`)).json<{ code: string }>()
    assert.equal(code, 'not-found', text)
  }
})
