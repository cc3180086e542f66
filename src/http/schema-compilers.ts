import { createRequire } from 'node:module'
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import { once } from '../shared/once.ts'
import type { JsonSchema, ObjectSchema } from './json-schema.ts'
import { JsonText } from './json-text.ts'

const require = createRequire(import.meta.url)

/**
 * Bodies are taken as they are, what a query says in text is read as its schema has it, and unknown fields are passed over.
 * Each schema is compiled when it is first needed: few starts need many.
 */
export const schemaCompilers = {
  // Fastify's types have Ajv's own compiler here; what it calls is a compiler of any kind.
  compilersFactory: { buildValidator, buildSerializer } as object,
}

function buildValidator(): FastifySchemaCompiler<ObjectSchema> {
  const ajv = once(() => {
    const { Ajv } = require('ajv') as typeof import('ajv')
    // Our own schemas compile or their tests fail: the schema of schemas would cost more time than all of them.
    return new Ajv({ strictRequired: true, meta: false, validateSchema: false })
  })
  return ({ schema, httpPart }) => {
    // Whatever stands in a path is a text, and the routes judge it.
    if (httpPart === 'params') return () => true
    const compiled = once(() => ajv().compile(schema))
    return (value) => {
      if (httpPart === 'querystring') readTexts(schema, value)
      const fits = compiled()
      return fits(value) ? { value } : { error: fits.errors ?? [] }
    }
  }
}

/** Presenters shape what is answered: the schemas of answers are for the API's document. */
function buildSerializer(): FastifySerializerCompiler<object> {
  return () => (value) => (value instanceof JsonText ? value.text : JSON.stringify(value))
}

function readTexts({ properties }: ObjectSchema, query: Record<string, unknown>): void {
  for (const [name, schema] of Object.entries(properties)) {
    const text = query[name]
    if (typeof text === 'string') query[name] = read(schema, text)
  }
}

/** A text that does not say what is asked for stays, to be refused. */
function read({ type }: JsonSchema, text: string): unknown {
  if (type === 'boolean') return truth.get(text.toLowerCase()) ?? text
  if (type === 'integer') return whole(text) ?? text
  return text
}

const truth = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** As lenient as the releases before: `2.5` is 2, `1e1` is 10, `5n` is 5 and `true` is 1. */
function whole(text: string): number | undefined {
  const number = Number(/^-?(0|[1-9]\d*)n$/.test(text) ? text.slice(0, -1) : (truth.get(text.toLowerCase()) ?? text))
  return Number.isFinite(number) ? Math.trunc(number) : undefined
}
