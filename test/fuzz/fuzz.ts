import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { errorText } from '../contract/assert-error.ts'
import { parsed, type Reply, send } from '../contract/client.ts'
import { type ApiDocument, createResponseCheck } from '../document/response-check.ts'
import { type FuzzRequest, requestsFor } from './requests.ts'

export interface FuzzOptions {
  /** The origin of a service without rate limits. */
  address: string
  credentials: Record<string, string>[]
  requests: number
  seed: number
}

const atOnce = 8
const chunk = 500
/** For the whole document, independent of the operation: invalid HTTP is refused before the operation is known. */
const anywhere = new Set([400, 401, 404, 405, 406, 413, 414, 415, 417, 431])

/**
 * Sends this many requests and returns the number of responses by status. The same seed sends the same requests.
 * @throws AssertionError with the request, for a response of 500 or above, for one that does not match the document, and
 * for an error that is not in the contract's form
 */
export async function fuzz({ address, credentials, requests, seed }: FuzzOptions): Promise<Map<number, number>> {
  const document = (await send('GET', `${address}/openapi.json`)).body as ApiDocument
  const arbitrary = requestsFor(document, credentials)
  const check = createResponseCheck(document)
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const counts = new Map<number, number>()
  try {
    for (let sent = 0; sent < requests; sent += chunk) {
      const batch = fc.sample(arbitrary, { seed: seed + sent, numRuns: Math.min(chunk, requests - sent) })
      await inParallel(batch, async (each) => {
        const reply = await ask(address, agent, each)
        judge(check, each, reply)
        counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1)
      })
    }
  } finally {
    agent.destroy()
  }
  return counts
}

function judge(check: ReturnType<typeof createResponseCheck>, sent: FuzzRequest, reply: Reply): void {
  try {
    assert.ok(reply.status < 500, `${reply.status} ${reply.text}`)
    if (reply.status >= 400 && sent.method !== 'HEAD') errorText(reply)
    const refused = anywhere.has(reply.status) || (reply.status === 403 && 'origin' in sent.headers)
    if (sent.template !== undefined && !refused) check(sent.method, sent.template, reply)
  } catch (error) {
    const { method, path, headers, body } = sent
    const shown = JSON.stringify({ method, path, headers, body: body?.toString('latin1').slice(0, 2000) })
    throw new assert.AssertionError({ message: `${(error as Error).message}\nanswered to ${shown}` })
  }
}

async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await work(item)
    }),
  )
}

/** `fetch` would correct paths and refuse methods. */
function ask(address: string, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<Reply> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const all = body ? { ...headers, 'content-length': String(body.length) } : headers
    const sent = request({ hostname, port, agent, method, path, headers: all }, (response) => {
      buffer(response)
        .then((bytes) => {
          const text = bytes.toString()
          const { statusCode: status = 0 } = response
          resolve({ status, headers: new Headers(response.headersDistinct as never), text, body: parsed(text) })
        })
        .catch(reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
