import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { challengeLifetimeSeconds, openChallenge, sealChallenge } from './sealed-challenge.ts'

const key = randomBytes(32)
const now = 1_800_000_000
const session = '{"dialect":"k3","jar":{"cookies":[{"value":"学号"}]}}'

test('a challenge gives its session back for two minutes, and not a second longer', () => {
  const challenge = sealChallenge(session, key, now)
  assert.equal(challengeLifetimeSeconds, 120)
  assert.equal(openChallenge(challenge, key, now), session)
  assert.equal(openChallenge(challenge, key, now + 119), session)
  assert.equal(openChallenge(challenge, key, now + 120), undefined)
})

test('a challenge from the future is none, but for a minute in which clocks differ', () => {
  const challenge = sealChallenge(session, key, now)
  assert.equal(openChallenge(challenge, key, now - 60), session)
  assert.equal(openChallenge(challenge, key, now - 61), undefined)
})

test('a challenge tells nothing of its session, and no two are the same', () => {
  const challenge = sealChallenge(session, key, now)
  assert.ok(!Buffer.from(challenge, 'base64url').includes('dialect'))
  assert.notEqual(challenge, sealChallenge(session, key, now))
})

test('whatever was changed, cut or sealed under another key is no challenge', () => {
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
