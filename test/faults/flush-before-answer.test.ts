import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inFaultedPlace } from './faulted-place.ts'
import { assertFlushBeforeAnswer, withoutStrace } from './flush-before-answer.ts'

const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined

onSqlite('no start is acknowledged before its sync', { skip: withoutStrace }, async () => {
  assert.equal(await inFaultedPlace(1, (place) => assertFlushBeforeAnswer(place, 20)), 20)
})
