import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { type Account, type Api, freshName } from './api.ts'
import type { Reply } from './client.ts'
import type { OwnRecord } from './own-records.ts'

export interface Item {
  key: string
  action: 'start' | 'end' | 'edit' | 'delete' | 'record'
  id?: number | null
  record_key?: string | null
  start_time?: string | null
  end_time?: string | null
  subject?: string | null
  note?: string | null
}

export interface Result {
  key: string | null
  status: number
  study?: OwnRecord | null
  error?: string
  message?: string
}

/** The results of a batch, each checked for the fields of its status. */
export function resultsOf(reply: Reply): Result[] {
  assert.equal(reply.status, 200, reply.text)
  const { results, ...rest } = reply.body as { results: Result[] }
  assert.deepEqual(rest, {})
  for (const result of results) {
    const { status, study, message = '' } = result
    const refused = status >= 400
    assert.deepEqual(Object.keys(result), refused ? ['key', 'status', 'error', 'message'] : ['key', 'status', 'study'])
    if (refused) {
      assert.equal(result.error, status === 422 ? 'unprocessable content' : STATUS_CODES[status]?.toLowerCase())
      assert.ok(message.length > 5, message)
    } else assert.equal(study === null, status === 204)
  }
  return results
}

export function statusesOf(results: Result[]): number[] {
  return results.map(({ status }) => status)
}

export async function sendItems(api: Api, { as }: Account, items: unknown[]): Promise<Result[]> {
  return resultsOf(await api.send('POST', '/studys/batch', { as, json: { items } }))
}

export const newKey = () => freshName('item')
