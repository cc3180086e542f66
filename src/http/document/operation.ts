import type { FastifySchema } from 'fastify'
import { answerHeaders } from './answer-headers.ts'
import type { JsonSchema, ObjectSchema } from './json-schema.ts'

declare module 'fastify' {
  /** What a route declares about itself for the document. */
  interface FastifySchema {
    hide?: boolean
    operationId?: string
    summary?: string
    description?: string
    tags?: readonly string[]
    /** Overrides the document's authentication; an empty list means that the route has none. */
    security?: readonly Readonly<Record<string, readonly string[]>>[]
  }
}

type Refer = (schema: unknown) => unknown
type Annotated = JsonSchema & {
  description?: string
  examples?: readonly unknown[]
  headers?: Record<string, JsonSchema>
  /** The other forms of the response, besides JSON, by media type. */
  otherMedia?: Record<string, JsonSchema>
}

/** Converts a route's schema to an OpenAPI 3.1 operation. */
export function operationOf(schema: FastifySchema, refer: Refer): object {
  const { operationId, summary, description, tags, security, body, response = {} } = schema
  const parameters = [
    ...parametersIn('path', schema.params, refer),
    ...parametersIn('query', schema.querystring, refer),
    ...parametersIn('header', schema.headers, refer),
  ]
  const answers = Object.entries(response as Record<string, Annotated>)
  return {
    ...{ operationId, summary, description, tags, security },
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: bodyOf(body as ObjectSchema & Annotated, refer) }),
    responses: Object.fromEntries(answers.map(([status, answer]) => [status, answerOf(Number(status), answer, refer)])),
  }
}

function parametersIn(place: 'path' | 'query' | 'header', schema: unknown, refer: Refer): object[] {
  const { properties = {}, required = [] } = (schema ?? {}) as Partial<ObjectSchema>
  return Object.entries(properties).map(([name, property]) => {
    const { description, examples, ...rest } = property as Annotated
    return {
      ...{ name, in: place, required: place === 'path' || required.includes(name) },
      ...(description !== undefined && { description }),
      schema: refer(rest),
      ...(examples !== undefined && { example: examples[0] }),
    }
  })
}

/** A body without required fields may be omitted. */
function bodyOf(schema: ObjectSchema & Annotated, refer: Refer): object {
  return { required: (schema.required ?? []).length > 0, content: contentOf(schema, refer) }
}

function answerOf(status: number, { headers, otherMedia = {}, ...schema }: Annotated, refer: Refer): object {
  const described = Object.entries({ ...answerHeaders(status), ...headers }).map(([name, header]) => {
    const { description, ...rest } = header as Annotated
    return [name, { description, schema: rest }]
  })
  return {
    description: schema.description ?? '',
    headers: Object.fromEntries(described),
    ...(schema.type !== 'null' && { content: { ...contentOf(schema, refer), ...mediaOf(otherMedia, refer) } }),
  }
}

function mediaOf(schemas: Record<string, JsonSchema>, refer: Refer): object {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema: refer(schema) }]))
}

function contentOf(schema: Annotated, refer: Refer): object {
  const { examples = [] } = schema
  const [example] = examples
  const named = examples.map((value) => [(value as { message?: string }).message, { value }])
  return {
    'application/json': {
      schema: refer(schema),
      ...(examples.length === 1 && { example }),
      ...(examples.length > 1 && { examples: Object.fromEntries(named) }),
    },
  }
}
