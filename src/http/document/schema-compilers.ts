import { Ajv } from 'ajv'
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import { DomainError } from '../../shared/errors.ts'
import { once } from '../../shared/once.ts'
import { JsonText } from '../json-text.ts'
import type { JsonSchema, ObjectSchema } from './json-schema.ts'

/** Bodies are validated as they are; texts of a query are converted to the types of its schema; unknown fields are ignored. */
export const schemaCompilers = {
  // Fastify's types have Ajv's own compiler here; what it calls is a compiler of any kind.
  compilersFactory: { buildValidator, buildSerializer } as object,
}

// Our own schemas compile or their tests fail: validating them at each start would cost more time than compiling them.
const options = { strictRequired: true, meta: false, validateSchema: false }

function buildValidator(): FastifySchemaCompiler<ObjectSchema> {
  const bodies = new Ajv(options)
  const queries = new Ajv({ ...options, coerceTypes: true })
  return ({ schema, httpPart }) => {
    if (httpPart === 'params') return idReader(schema)
    const compile = once(() => (httpPart === 'querystring' ? queries : bodies).compile(schema))
    return (value) => {
      const validate = compile()
      return validate(value) ? { value } : { error: validate.errors ?? [] }
    }
  }
}

/** Integers of a path are ids, written in one way. Any other text names nothing, unless the schema has that text too. */
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

/** Presenters shape what is answered: the schemas of answers are for the API's document. */
function buildSerializer(): FastifySerializerCompiler<object> {
  return () => (value) => (value instanceof JsonText ? value.text : JSON.stringify(value))
}
