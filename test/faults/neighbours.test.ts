import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serveBesideNeighbours } from './beside-neighbours.ts'
import { withFaultedPlace } from './faulted-place.ts'

const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined

for (const workers of [1, 2]) {
  onSqlite(`backups, copies and other instances lose no acknowledged write, with WORKERS=${workers}`, async (t) => {
    const { acknowledged, polls } = await withFaultedPlace(workers, (place) => serveBesideNeighbours(place, 1))
    t.diagnostic(`${acknowledged} acknowledged writes kept, ${polls} polls`)
    assert.ok(polls > 0)
  })
}
