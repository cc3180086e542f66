import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withFaultedPlace } from './faulted-place.ts'
import { assertSyncBeforeResponse, withoutStrace } from './sync-before-response.ts'

const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined

onSqlite('no start is acknowledged before its sync', { skip: withoutStrace }, async () => {
  assert.equal(await withFaultedPlace(1, (place) => assertSyncBeforeResponse(place, 20)), 20)
})
