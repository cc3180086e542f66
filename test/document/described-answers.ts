import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Call, type Reply, send } from '../contract/client.ts'

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

export type DescribedApi = Awaited<ReturnType<typeof openDescribedApi>>

/** A service whose answers are held against its own document. */
export async function openDescribedApi(address: string) {
  const document = (await send('GET', `${address}/openapi.json`)).body as ApiDocument
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document')
  const seen = new Set<string>()

  /** @throws AssertionError for an answer that is not as the document has it */
  async function ask(method: string, path: string, call: Call = {}): Promise<Reply> {
    const reply = await send(method, `${address}/api/v1.0${path}`, call)
    const template = templateOf(document, method, `/api/v1.0${path.replace(/\?.*/, '')}`)
    const where = `${method} ${template}: ${reply.status} ${reply.text}`
    const answer = document.paths[template]?.[method.toLowerCase()]?.responses[reply.status]
    assert.ok(answer, where)
    seen.add(`${method} ${template} ${reply.status}`)
    for (const name of Object.keys(answer.headers ?? {})) assert.ok(reply.headers.has(name), `${where}: ${name}`)
    if (answer.content === undefined) assert.equal(reply.text, '', where)
    else {
      const [type = ''] = reply.headers.get('content-type')?.split(';') ?? []
      const place = ['paths', template, method.toLowerCase(), 'responses', reply.status, 'content', type, 'schema']
      const validate = ajv.getSchema(`document#/${place.map(escaped).join('/')}`)
      const body = type === 'application/json' ? reply.body : reply.text
      assert.ok(validate?.(body), `${where}: ${type} ${JSON.stringify(validate?.errors)}`)
    }
    return reply
  }

  return { document, ask, seen }
}

function escaped(name: string | number): string {
  return encodeURIComponent(String(name).replaceAll('~', '~0').replaceAll('/', '~1'))
}

/** Of several that fit, the one with the fewest parameters. */
function templateOf({ paths }: ApiDocument, method: string, path: string): string {
  const fitting = Object.entries(paths)
    .filter(([, methods]) => method.toLowerCase() in methods)
    .map(([template]) => template)
    .filter((template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+').replace(/\/$/, '')}/?$`).test(path))
  const [template] = fitting.toSorted((one, other) => one.split('{').length - other.split('{').length)
  assert.ok(template, `${method} ${path} is in the document`)
  return template
}
