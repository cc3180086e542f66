import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId } from '../accounts/account.ts'
import { createCredentialCache, type Verified } from './credential-cache.ts'

const today = 1_800_000_000
const year = 365 * 24 * 3600

test('what was verified by a clock that was ahead is forgotten when it is put back', () => {
  for (const by of ['token', 'password'] as const) {
    let now = today + year
    const remembered = createCredentialCache({ now: () => now })
    const verified: Verified = { accountId: 7 as AccountId, version: 1, by, since: now, until: now + 300 }
    remembered.remember('Basic x', verified)
    assert.equal(remembered.recall('Basic x'), verified)
    now = today
    assert.equal(remembered.recall('Basic x'), undefined)
    now = today + year - 61
    assert.equal(remembered.recall('Basic x'), undefined)
    now = today + year - 60
    assert.equal(remembered.recall('Basic x'), verified, 'clocks may differ by a minute')
    now = today + year + 300
    assert.equal(remembered.recall('Basic x'), undefined)
  }
})
