import fc from 'fast-check'
import type { ApiDocument } from '../document/response-check.ts'

export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
  pattern?: string
}

const texts = fc.oneof(
  fc.constantFrom(
    '2026-11-26 08:00:00',
    '2026-11-26',
    '2017-02-30 00:00:00',
    '9999-12-31 23:59:59',
    '1999-12-31 23:59:59',
    'soon',
  ),
  fc.constantFrom(
    '',
    ' ',
    '学习',
    '\u202e',
    '\u0000',
    "'; drop table studies; --",
    '{{7*7}}',
    '=1+1',
    '<b>',
    'null',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.integer({ min: 100, max: 3000 }).map((length) => '学'.repeat(length)),
)
const numbers = fc.oneof(fc.integer({ min: -5, max: 50 }), fc.double(), fc.maxSafeInteger())
const anything = fc.oneof(
  texts,
  numbers,
  fc.constantFrom(null, true, false, [], {}, [[[[]]]], { __proto__: null }),
  fc.json().map((text) => JSON.parse(text) as unknown),
)

/** Bodies that are not JSON, or that no route accepts. */
export const junk: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '{',
      '{"a":1,}',
      '[]',
      'null',
      '""',
      '1',
      '{"__proto__":{"x":1}}',
      '{"a":1}{"a":1}',
      '\ufeff{}',
      '{"a":1,"a":2}',
      '[[[['.repeat(3000),
      '{"a":'.repeat(3000),
    )
    .map((text) => Buffer.from(text)),
  fc.constant(Buffer.alloc(70_000, ' ')),
)

export function resolve(document: ApiDocument, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : ((document.components.schemas[name] ?? {}) as Schema)
}

/** A value that usually matches the schema's type. */
export function fittingValue(schema: Schema): fc.Arbitrary<unknown> {
  const { enum: values, type } = schema
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (values) return fc.constantFrom(...values)
  const types = type === undefined ? [] : [type].flat()
  const fitting: fc.Arbitrary<unknown>[] = []
  if (types.includes('string')) fitting.push(texts)
  if (types.includes('integer') || types.includes('number')) fitting.push(numbers)
  if (types.includes('boolean')) fitting.push(fc.boolean())
  if (types.includes('null')) fitting.push(fc.constant(null))
  return fitting.length === 0 ? anything : fc.oneof(...fitting)
}

/** An object with the schema's properties, of which some are missing, some wrong, and some unknown. */
export function bodyOf(document: ApiDocument, schema: Schema): fc.Arbitrary<Buffer> {
  return objectOf(document, schema, 2).map((value) => Buffer.from(JSON.stringify(value) ?? 'undefined'))
}

function objectOf(document: ApiDocument, schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const resolved = resolve(document, schema)
  const variants = resolved.oneOf ?? resolved.anyOf
  if (variants && depth > 0) return fc.oneof(...variants.map((variant) => objectOf(document, variant, depth - 1)))
  if (resolved.items && depth > 0) return fc.array(objectOf(document, resolved.items, depth - 1), { maxLength: 5 })
  if (!resolved.properties) return fittingValue(resolved)
  const fields = Object.entries(resolved.properties).map(([name, property]) => [
    name,
    fc.oneof({ weight: 5, arbitrary: objectOf(document, property, depth - 1) }, anything),
  ])
  const known = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] })
  const unknown = fc.dictionary(fc.string({ maxLength: 8 }), anything, { maxKeys: 2, noNullPrototype: true })
  return fc
    .tuple(known, fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, unknown))
    .map(([one, other]) => ({ ...other, ...one }))
}
