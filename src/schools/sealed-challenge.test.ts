import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { challengeLifetimeSeconds, openChallenge, sealChallenge } from './sealed-challenge.ts'

const key = randomBytes(32)
const now = 1_800_000_000
const session = '{"dialect":"k3","jar":{"cookies":[{"value":"学号"}]}}'

test('a challenge yields its session for exactly two minutes', () => {
  const challenge = sealChallenge(session, key, now)
  assert.equal(challengeLifetimeSeconds, 120)
  assert.equal(openChallenge(challenge, key, now), session)
  assert.equal(openChallenge(challenge, key, now + 119), session)
  assert.equal(openChallenge(challenge, key, now + 120), undefined)
})

test('rejects a challenge issued more than a minute in the future', () => {
  const challenge = sealChallenge(session, key, now)
  assert.equal(openChallenge(challenge, key, now - 60), session)
  assert.equal(openChallenge(challenge, key, now - 61), undefined)
})

test('a challenge does not reveal its session, and no two are equal', () => {
  const challenge = sealChallenge(session, key, now)
  assert.ok(!Buffer.from(challenge, 'base64url').includes('dialect'))
  assert.notEqual(challenge, sealChallenge(session, key, now))
})

test('rejects a challenge that was changed, truncated or sealed with another key', () => {
  const challenge = sealChallenge(session, key, now)
  for (const at of [0, 20, challenge.length - 1]) {
    const other = challenge[at] === 'A' ? 'B' : 'A'
    assert.equal(openChallenge(challenge.slice(0, at) + other + challenge.slice(at + 1), key, now), undefined)
  }
  for (const text of ['', 'x', '学', challenge.slice(0, 40), `${challenge}=`, `${challenge}\n`, 'A'.repeat(100_000)]) {
    assert.equal(openChallenge(text, key, now), undefined)
  }
  assert.equal(openChallenge(sealChallenge(session, randomBytes(32), now), key, now), undefined)
})
