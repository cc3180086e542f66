import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTook } from '../support/patience.ts'
import { withoutFreeze } from '../support/postgres-server.ts'
import { injectFault } from './postgres-faults.ts'

// Starts servers of its own, once: with the tests on PostgreSQL.
const onPostgres = process.env.TEST_POSTGRES_URL === undefined ? () => undefined : test

// The kinds that differ most; the long version has all.
for (const kind of ['killed', 'frozen', 'failed over from a frozen primary'])
  onPostgres(
    `no acknowledged write is lost, and no response is late, when PostgreSQL is ${kind}`,
    { skip: withoutFreeze },
    async (t) => {
      const found = await injectFault(kind, { faultMs: 3500, afterwardsMs: 500 })
      t.diagnostic(JSON.stringify(found))
      assert.ok(found.acknowledged > 0)
      // A busy machine is no fault of the service: the long version requires three and five seconds, this one only detects a hang.
      assertTook(found.slowestMs, 9000, 'the slowest response')
      assertTook(found.healedInMs, 9000, 'healing')
    },
  )
