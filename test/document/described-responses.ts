import assert from 'node:assert/strict'
import { type Call, type Reply, send } from '../contract/client.ts'
import { type ApiDocument, createResponseCheck } from './response-check.ts'

export type DescribedApi = Awaited<ReturnType<typeof openDescribedApi>>

/** A service whose responses are checked against its own document. */
export async function openDescribedApi(address: string) {
  const document = (await send('GET', `${address}/openapi.json`)).body as ApiDocument
  const check = createResponseCheck(document)
  const seen = new Set<string>()

  /** @throws AssertionError for a response that does not match the document */
  async function ask(method: string, path: string, call: Call = {}): Promise<Reply> {
    const reply = await send(method, `${address}/api/v1.0${path}`, call)
    const template = templateOf(document, method, `/api/v1.0${path.replace(/\?.*/, '')}`)
    check(method, template, reply)
    seen.add(`${method} ${template} ${reply.status}`)
    return reply
  }

  return { document, ask, seen }
}

/** If several match, the one with the fewest parameters. */
function templateOf({ paths }: ApiDocument, method: string, path: string): string {
  const fitting = Object.entries(paths)
    .filter(([, methods]) => method.toLowerCase() in methods)
    .map(([template]) => template)
    .filter((template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+').replace(/\/$/, '')}/?$`).test(path))
  const [template] = fitting.toSorted((one, other) => one.split('{').length - other.split('{').length)
  assert.ok(template, `${method} ${path} is in the document`)
  return template
}
