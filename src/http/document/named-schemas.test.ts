import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNamedSchemas } from './named-schemas.ts'

const day = { title: 'Day', type: 'string', description: 'a day' }

test('stores each schema with a title once, and accepts other descriptions of it', () => {
  const { schemas, refer } = createNamedSchemas()
  const days = { title: 'Days', type: 'array', items: day }
  assert.deepEqual(refer(days), { $ref: '#/components/schemas/Days' })
  assert.deepEqual(refer({ ...day, description: 'another', examples: ['x'] }), { $ref: '#/components/schemas/Day' })
  assert.deepEqual(schemas, { Day: day, Days: { ...days, items: { $ref: '#/components/schemas/Day' } } })
})

test('rejects one title for two schemas', () => {
  const { refer } = createNamedSchemas()
  refer(day)
  assert.throws(() => refer({ ...day, type: 'integer' }), /two schemas have the title Day/)
})

test('allows a field named title', () => {
  const { schemas, refer } = createNamedSchemas()
  const book = { type: 'object', properties: { title: { type: 'string' } } }
  assert.deepEqual(refer(book), book)
  assert.deepEqual(schemas, {})
})
