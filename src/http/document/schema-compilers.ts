import { Ajv } from 'ajv'
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import { once } from '../../shared/once.ts'
import { JsonText } from '../json-text.ts'
import type { ObjectSchema } from './json-schema.ts'

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
    // Whatever stands in a path is a text, and the routes judge it.
    if (httpPart === 'params') return () => true
    const compile = once(() => (httpPart === 'querystring' ? queries : bodies).compile(schema))
    return (value) => {
      const validate = compile()
      return validate(value) ? { value } : { error: validate.errors ?? [] }
    }
  }
}

/** Presenters shape what is answered: the schemas of answers are for the API's document. */
function buildSerializer(): FastifySerializerCompiler<object> {
  return () => (value) => (value instanceof JsonText ? value.text : JSON.stringify(value))
}
