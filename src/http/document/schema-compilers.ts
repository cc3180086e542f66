import { Ajv } from 'ajv'
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import { DomainError } from '../../shared/errors.ts'
import { once } from '../../shared/once.ts'
import { JsonText } from '../json-text.ts'
import type { JsonSchema, ObjectSchema } from './json-schema.ts'

/** Bodies are validated as they are. Query values are converted to the types of their schema. Unknown fields are ignored. */
export const schemaCompilers = {
  // Fastify's type requires Ajv's own compiler here, but Fastify calls any compiler.
  compilersFactory: { buildValidator, buildSerializer } as object,
}

// Tests detect a schema that does not compile. Validating all of them at each start would take longer than compiling them.
const options = { strictRequired: true, meta: false, validateSchema: false }

function buildValidator(): FastifySchemaCompiler<ObjectSchema> {
  const ajv = new Ajv(options)
  return ({ schema, httpPart }) => {
    if (httpPart === 'params') return idReader(schema)
    const compile = once(() => ajv.compile(schema))
    const readQuery = httpPart === 'querystring' ? queryReader(schema) : undefined
    return (value) => {
      const validate = compile()
      readQuery?.(value)
      return validate(value) ? { value } : { error: validate.errors ?? [] }
    }
  }
}

/** Ajv's own conversion accepts 1e309 as an integer and checks no bounds for it, because Ajv compares only finite numbers. */
function queryReader({ properties }: ObjectSchema) {
  const types = Object.entries(properties).map(([name, { type }]) => [name, type] as const)
  return (query: Record<string, unknown>) => {
    for (const [name, type] of types) {
      const text = query[name]
      if (type === 'boolean' && (text === 'true' || text === 'false')) query[name] = text === 'true'
      if (type !== 'integer' || typeof text !== 'string' || text === '') continue
      const number = Number(text)
      if (Number.isFinite(number)) query[name] = number
    }
  }
}

/** Integers in a path are ids, in one canonical form. Other texts get a 404, unless the schema allows them. */
function idReader({ properties }: ObjectSchema) {
  const ids = Object.entries(properties)
    .map(([name, property]) => ({ name, choices: [property.anyOf ?? property].flat() as JsonSchema[] }))
    .filter(({ choices }) => choices.some(({ type }) => type === 'integer'))
  return (params: Record<string, unknown>) => {
    for (const { name, choices } of ids) {
      const text = String(params[name])
      if (choices.some((choice) => choice.const === text)) continue
      const id = Number(text)
      if (!/^[1-9][0-9]{0,15}$/.test(text) || !Number.isSafeInteger(id)) return { error: new DomainError('not-found') }
      params[name] = id
    }
    return true
  }
}

/** Presenters shape the responses. Response schemas exist only for the API document. */
function buildSerializer(): FastifySerializerCompiler<object> {
  return () => (value) => (value instanceof JsonText ? value.text : JSON.stringify(value))
}
