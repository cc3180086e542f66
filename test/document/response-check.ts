import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Reply } from '../contract/client.ts'

export interface Operation {
  operationId: string
  summary: string
  description?: string
  security?: object[]
  parameters?: { name: string; in: string; description?: string; schema: object; example?: unknown }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Answer>
}
interface Answer {
  description: string
  headers?: Record<string, { description?: string; schema: { type: string } }>
  content?: Record<string, Media>
}
interface Media {
  schema: object
  example?: unknown
  examples?: Record<string, { value: unknown }>
}
export interface ApiDocument {
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { description?: string; properties?: object }> }
}

/** Returns a function that throws an AssertionError for a response that does not match the document. */
export function createResponseCheck(document: ApiDocument) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document')

  return function check(method: string, template: string, reply: Reply): void {
    const where = `${method} ${template}: ${reply.status} ${reply.text}`
    const answer = document.paths[template]?.[method.toLowerCase()]?.responses[reply.status]
    assert.ok(answer, where)
    for (const name of Object.keys(answer.headers ?? {})) assert.ok(reply.headers.has(name), `${where}: ${name}`)
    if (answer.content === undefined) {
      assert.equal(reply.text, '', where)
      return
    }
    const type = (reply.headers.get('content-type') ?? '').split(';')[0] ?? ''
    assert.ok(type in answer.content, `${where}: ${type}`)
    const media = ['paths', template, method.toLowerCase(), 'responses', reply.status, 'content', type, 'schema']
    const validate = ajv.getSchema(`document#/${media.map(escaped).join('/')}`)
    const body = type === 'application/json' ? reply.body : reply.text
    assert.ok(validate?.(body), `${where}: ${JSON.stringify(validate?.errors)}`)
  }
}

function escaped(name: string | number): string {
  return encodeURIComponent(String(name).replaceAll('~', '~0').replaceAll('/', '~1'))
}
