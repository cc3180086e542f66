import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createSigner } from 'fast-jwt'
import type { AccountId } from '../accounts/account.ts'
import { createTokens } from './token.ts'

const key = randomBytes(32)
const now = 1_800_000_000
const year = 365 * 24 * 3600
const claims = { accountId: 7 as AccountId, version: 3 }
const tokens = createTokens(key, 3600)

test('a token is valid for exactly its lifetime, and contains its time of issue', () => {
  const token = tokens.issue(claims, now)
  assert.deepEqual(tokens.read(token, now), { ...claims, issuedAt: now, expiresAt: now + 3600 })
  assert.ok(tokens.read(token, now + 3599))
  assert.equal(tokens.read(token, now + 3600), undefined)
})

test('rejects a token issued more than a minute in the future', () => {
  assert.ok(tokens.read(tokens.issue(claims, now + 60), now))
  for (const ahead of [61, 3600, year]) assert.equal(tokens.read(tokens.issue(claims, now + ahead), now), undefined)
})

test('checks a token of an older release, which has no time of issue, by its expiry', () => {
  const older = (expiresAt: number) =>
    createSigner({ key, algorithm: 'HS256', noTimestamp: true })({ sub: '7', ver: 3, exp: expiresAt })
  assert.deepEqual(tokens.read(older(now + 3600), now), { ...claims, issuedAt: now, expiresAt: now + 3600 })
  assert.ok(tokens.read(older(now + 3660), now))
  for (const expiresAt of [now, now + 3661, now + year])
    assert.equal(tokens.read(older(expiresAt), now), undefined, `${expiresAt - now}`)
})

test('a token stays valid when the configured lifetime changes', () => {
  const token = tokens.issue(claims, now)
  for (const lifetime of [60, year])
    assert.equal(createTokens(key, lifetime).read(token, now + 600)?.expiresAt, now + 3600)
})
