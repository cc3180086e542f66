import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId } from '../accounts/account.ts'
import { createCredentialCache, type Verified } from './credential-cache.ts'

const today = 1_800_000_000
const year = 365 * 24 * 3600

test('ignores entries from the future after the clock is set back', () => {
  for (const by of ['token', 'password'] as const) {
    let now = today + year
    const cache = createCredentialCache({ now: () => now })
    const verified: Verified = { accountId: 7 as AccountId, version: 1, by, since: now, until: now + 300 }
    cache.remember('Basic x', verified)
    assert.equal(cache.recall('Basic x'), verified)
    now = today
    assert.equal(cache.recall('Basic x'), undefined)
    now = today + year - 61
    assert.equal(cache.recall('Basic x'), undefined)
    now = today + year - 60
    assert.equal(cache.recall('Basic x'), verified, 'clocks may differ by a minute')
    now = today + year + 300
    assert.equal(cache.recall('Basic x'), undefined)
  }
})

test('one account with many headers takes few entries, and evicts no other account', () => {
  const cache = createCredentialCache({ now: () => today })
  const verified = (id: number, by: 'token' | 'password'): Verified => ({
    ...{ accountId: id as AccountId, version: 1, by, since: today, until: today + 300 },
  })
  cache.remember('Bearer bob', verified(2, 'token'))
  for (const by of ['token', 'password'] as const) {
    for (let at = 0; at < 20_000; at += 1) cache.remember(`Bearer ${'x'.repeat(at % 64)} ${at}`, verified(1, by))
  }
  assert.ok(cache.size() <= 17, String(cache.size()))
  assert.equal(cache.recall('Bearer bob')?.accountId, 2)
  const long = `Bearer ${' '.repeat(15_000)}x`
  cache.remember(long, verified(3, 'token'))
  assert.equal(cache.recall(long), undefined)
})

test('a header verified again for another account replaces its entry', () => {
  const cache = createCredentialCache({ now: () => today })
  for (const accountId of [1, 2, 1] as AccountId[]) {
    cache.remember('Basic x', { accountId, version: 1, by: 'password', since: today, until: today + 300 })
    assert.equal(cache.recall('Basic x')?.accountId, accountId)
  }
  assert.equal(cache.size(), 1)
})
