import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzService } from './fuzzed-service.ts'

test('generated requests never get a 500, and every response matches the document', async () => {
  const counts = await fuzzService(1500, 20261126)
  for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 415])
    assert.ok(counts.has(status), `no ${status} among ${JSON.stringify([...counts])}`)
})
