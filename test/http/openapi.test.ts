import assert from 'node:assert/strict'
import { test } from 'node:test'
import { send } from '../contract/client.ts'
import { startService } from '../support/service.ts'

interface Header {
  description?: string
  schema: { type: string }
}

interface Operation {
  responses: Record<string, { description: string; headers?: Record<string, Header> }>
}

test('every operation documents its 503 and 500 in Chinese and English, and Retry-After for 503 and 429', async (t) => {
  const service = await startService()
  t.after(() => service.close())
  const { body } = await send('GET', `${service.address}/openapi.json`)
  const { paths } = body as { paths: Record<string, Record<string, Operation>> }
  let operations = 0
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      operations += 1
      for (const status of ['503', '500']) {
        const description = responses[status]?.description ?? ''
        assert.match(description, /\p{Script=Han}.* · .*[a-z]/u, `${method} ${path}: ${status}`)
      }
      for (const [status, { headers }] of Object.entries(responses)) {
        const waits = status === '503' || status === '429'
        const type = waits ? 'integer' : undefined
        assert.equal(headers?.['Retry-After']?.schema.type, type, `${method} ${path}: ${status}`)
        const limits = status === '429' ? 'string' : undefined
        assert.equal(headers?.RateLimit?.schema.type, limits, `${method} ${path}: ${status}`)
        assert.equal(headers?.['RateLimit-Policy']?.schema.type, limits, `${method} ${path}: ${status}`)
      }
    }
  }
  assert.ok(operations >= 11, `${operations} operations`)
})

test('every operation that asks the school accepts a place in the queue, and its 503 returns one', async (t) => {
  const service = await startService()
  t.after(() => service.close())
  const { body } = await send('GET', `${service.address}/openapi.json`)
  const { paths } = body as {
    paths: Record<string, { post?: Operation & { parameters?: { name: string; in: string }[] } }>
  }
  for (const path of ['/register', '/recover', '/users/me/student-number']) {
    const operation = Object.entries(paths).find(([name]) => name.endsWith(path))?.[1].post
    assert.ok(
      operation?.parameters?.some((one) => one.in === 'header' && one.name === 'waiting-place'),
      path,
    )
    const { headers } = operation?.responses['503'] ?? {}
    assert.equal(headers?.['Waiting-Ahead']?.schema.type, 'integer')
    assert.equal(headers?.['Waiting-Place']?.schema.type, 'string')
  }
})
