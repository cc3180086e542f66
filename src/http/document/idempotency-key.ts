import type { FastifySchema } from 'fastify'
import { type ErrorAnswer, withErrors } from './api-schemas.ts'
import type { ObjectSchema } from './json-schema.ts'

const IdempotencyKey = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: '^[\\x21-\\x7e]+$',
  description:
    '可选：客户端为每个操作新生成的随机值（如 UUID）。没有收到响应时，用同一个值重发同样的请求，24 小时内返回同样的响应，操作只执行一次 · Optional: a random value that the client generates for each operation, such as a UUID. If the response is lost, send the same request with the same value: for 24 hours it gets the same response, and nothing is done twice',
} as const

const refusals = ['idempotency-key-malformed', 'idempotency-key-reused', 'request-in-flight'] as const

export function isWrite(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH' || method === 'DELETE'
}

/** Adds the header that all routes that write accept to a route's schema, for the document. */
export function withIdempotencyKey(schema: FastifySchema): FastifySchema {
  const { properties = {}, ...headers } = (schema.headers ?? { type: 'object' }) as Partial<ObjectSchema>
  return {
    ...schema,
    headers: { ...headers, properties: { ...properties, 'Idempotency-Key': IdempotencyKey } },
    response: withErrors((schema.response ?? {}) as Record<number, ErrorAnswer>, refusals),
  }
}
