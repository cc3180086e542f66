import assert from 'node:assert/strict'
import test from 'node:test'
import { proof, schoolAndVerifier } from './school-and-verifier.ts'
import { json } from './scripted-school.ts'

const asking = { captchaMode: 'ask', readCaptcha: () => undefined } as const

async function challengeOf(
  t: Parameters<typeof schoolAndVerifier>[0],
  ...rest: [scripts?: Parameters<typeof schoolAndVerifier>[1]]
) {
  const { school, verifier } = await schoolAndVerifier(t, rest[0], asking)
  const challenge = await verifier.issueChallenge?.()
  assert.equal(challenge?.outcome, 'challenge')
  return { school, verifier, challenge }
}

test('a challenge is an image and a session, without a login', async (t) => {
  const { school, challenge } = await challengeOf(t)
  assert.equal(challenge.mediaType, 'image/jpeg')
  assert.deepEqual([...challenge.image.subarray(0, 3)], [0xff, 0xd8, 0xff])
  assert.deepEqual(school.paths(), ['/cas/genValidateCode'])
})

test('an answer continues the session of its challenge, with the captcha as typed', async (t) => {
  const { school, verifier, challenge } = await challengeOf(t)
  const answer = { session: challenge.session, captcha: ' １２ 34\n' }
  assert.deepEqual(await verifier.verify({ ...proof, answer }), { outcome: 'verified', studentCode: '20140001' })
  assert.deepEqual(school.paths().slice(1), ['/cas/logon.action', '/jw/common/showYearTerm.action'])
  const [, logon] = school.seen
  assert.equal(logon?.headers.cookie, 'JSESSIONID=ABC123.kingo')
  assert.match(logon?.body ?? '', /&randnumber=1234&/)
})

test('a refused answer is a wrong captcha after one try', async (t) => {
  const { school, verifier, challenge } = await challengeOf(t, { '/cas/logon.action': json({ status: '401' }) })
  const answer = { session: challenge.session, captcha: '1234' }
  assert.deepEqual(await verifier.verify({ ...proof, answer }), { outcome: 'captcha-wrong' })
  assert.equal(school.paths().length, 2)
})

for (const [what, change] of [
  ['that is not a captcha', { captcha: '12&_u=1' }],
  ['that is empty', { captcha: ' ' }],
  ['to an invalid session', { session: '{"dialect":"k2-post"}' }],
  ['to a session that is not JSON', { session: 'x' }],
  ['to a session of an unknown dialect', { session: '{"dialect":"toString","jar":{}}' }],
] as const) {
  test(`an answer ${what} is a wrong captcha, and the school is not called`, async (t) => {
    const { school, verifier, challenge } = await challengeOf(t)
    const answer = { session: challenge.session, captcha: '1234', ...change }
    assert.deepEqual(await verifier.verify({ ...proof, answer }), { outcome: 'captcha-wrong' })
    assert.equal(school.paths().length, 1)
  })
}

test('with SCHOOL_CAPTCHA=ask, a login without an answer requires one', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t, {}, asking)
  assert.deepEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'captcha-wanted' })
  assert.equal(school.seen.length, 0)
})

test('a failing school gives no challenge, but the reason', async (t) => {
  const page = await schoolAndVerifier(t, { '/cas/genValidateCode': (response) => response.end('<html>') }, asking)
  assert.partialDeepStrictEqual(await page.verifier.issueChallenge?.(), {
    outcome: 'unavailable',
    reason: 'maintenance',
  })
  const junk = await schoolAndVerifier(t, { '/cas/genValidateCode': (response) => response.end('junk') }, asking)
  assert.partialDeepStrictEqual(await junk.verifier.issueChallenge?.(), {
    outcome: 'unavailable',
    reason: 'not-understood',
  })
})
