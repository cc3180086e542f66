import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UnavailableReason, Verification } from '../../schools/verifier.ts'
import { isKeptAfter, loginCharges } from './school-limits.ts'

const unavailable = (reason: UnavailableReason): Verification => ({ outcome: 'unavailable', reason })

const kept: readonly (readonly [what: string, verification: Verification, kept: readonly string[]])[] = [
  ['a login that succeeds', { outcome: 'verified', studentCode: '1' }, ['challenge']],
  ['a number that is locked', { outcome: 'locked' }, ['challenge']],
  [
    'a wrong password',
    { outcome: 'rejected' },
    ['school-password', 'school-password-anywhere', 'school-passwords-from-address', 'challenge'],
  ],
  ['a code from the phone', { outcome: 'step-up-wanted' }, ['school-code', 'school-code-anywhere', 'challenge']],
  ['a wrong captcha', { outcome: 'captcha-wrong' }, ['school-captchas-from-address', 'challenge']],
  ['a student who is not admitted', { outcome: 'not-admitted' }, ['school-answer', 'challenge']],
  ['a student who has to act first', { outcome: 'action-wanted' }, ['school-answer', 'challenge']],
  ['an unexpected response', unavailable('login-fault'), ['school-answer', 'challenge']],
  ['a school that is down', unavailable('connection-refused'), []],
  ['a full queue', unavailable('busy'), []],
]

for (const [what, verification, names] of kept) {
  test(`${what} consumes ${names.length > 0 ? names.join(', ') : 'nothing'}`, () => {
    const isKept = isKeptAfter(verification)
    const charged = loginCharges('2017010101', '192.0.2.1', 'a challenge').filter(({ limit }) => isKept(limit))
    assert.deepEqual(charged.map(({ limit }) => limit.name).sort(), [...names].sort())
  })
}

test('reports a used challenge first, then a login in progress, then other limits', () => {
  const refusals = loginCharges('2017010101', '192.0.2.1', 'a challenge').flatMap(({ limit }) => limit.refusal ?? [])
  assert.deepEqual(refusals, ['challenge-invalid', 'school-try-under-way', 'school-try-under-way'])
})
