import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzService } from './fuzzed-service.ts'

test('requests made from the document are never answered 500, and always as the document has it', async () => {
  const counts = await fuzzService(1500, 20261126)
  for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 415])
    assert.ok(counts.has(status), `no ${status} among ${JSON.stringify([...counts])}`)
})
