import assert from 'node:assert/strict'
import test from 'node:test'
import { patience } from '../support/patience.ts'
import { proof, schoolAndVerifier } from './school-and-verifier.ts'
import { keys, languages, ofStudent, refusal, student, wordlessSchool } from './silent-school.ts'

const ample = { login: 'auto', limits: { callMs: patience(2000), loginMs: patience(5000) } } as const

for (const name of ['k1', 'k2-post'] as const) {
  test(`for a school of ${name} that refuses everything with the same message, the first accepted login shows the dialect`, async (t) => {
    const { school, verifier } = await schoolAndVerifier(t, wordlessSchool(languages[name]), ample)
    assert.equal((await verifier.verify(proof)).outcome, 'verified')
    assert.equal(ofStudent(school.seen).filter(languages[name]).length, 1, 'it costs the student one try')
    const before = school.seen.length
    await verifier.verify(proof)
    assert.equal(school.seen.length - before, 3, 'the second login uses the dialect')
  })
}

test("detects the dialect of such a school without a student's number if it notices a wrong captcha", async (t) => {
  const scripts = wordlessSchool(languages['k2-get'])
  scripts['/cas/logon.action'] = (response, { query }) => {
    if (query.includes('_u9030=')) response.end('{"status":"401"}')
    else response.end(query.includes(student) ? '{"status":"200"}' : refusal)
  }
  const { school, verifier } = await schoolAndVerifier(t, scripts, ample)
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
  assert.equal(ofStudent(school.seen).length, 1)
})

test('a wrong password at such a school is rejected, each form is sent once, and nothing is learned', async (t) => {
  let accepts = false
  const { school, verifier } = await schoolAndVerifier(
    t,
    wordlessSchool((call) => accepts && languages.k1(call)),
    ample,
  )
  assert.equal((await verifier.verify(proof)).outcome, 'rejected')
  assert.deepEqual(
    ofStudent(school.seen).map((call) => Object.entries(languages).find(([, is]) => is(call))?.[0]),
    ['k2-post', 'k2-get', 'k1'],
  )
  accepts = true
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
})

test('if everything is refused with the same message and K3 keys exist, K3 is tried first', async (t) => {
  const scripts = wordlessSchool(() => false)
  scripts['/custom/js/SetKingoEncypt.jsp'] = (response) => response.end(keys)
  let forms = 0
  scripts['/cas/logon.action'] = (response, { body }) => {
    const encrypted = body.startsWith('params=')
    response.end(encrypted && ++forms > 1 ? '{"status":"200"}' : refusal)
  }
  const { school, verifier } = await schoolAndVerifier(t, scripts, ample)
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
  assert.equal(ofStudent(school.seen).length, 0, 'no data of the student were sent unencrypted')
})

test('a page in response to everything means maintenance', async (t) => {
  const scripts = wordlessSchool(() => false)
  scripts['/cas/logon.action'] = (response) => response.end('<html><body>系统维护</body></html>')
  const { verifier } = await schoolAndVerifier(t, scripts, ample)
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'maintenance' })
})

test("sends no student's data to a school whose responses to trials show nothing", async (t) => {
  const scripts = wordlessSchool(() => false)
  scripts['/cas/logon.action'] = (response) => response.end('{"status":"5000"}')
  const { school, verifier } = await schoolAndVerifier(t, scripts, ample)
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'not-understood' })
  assert.equal(ofStudent(school.seen).length, 0)
})

test('a captcha read by the student is not used for a trial', async (t) => {
  const school = wordlessSchool(() => false)
  const { verifier } = await schoolAndVerifier(t, school, { ...ample, captchaMode: 'ask' })
  assert.partialDeepStrictEqual(await verifier.issueChallenge(), { outcome: 'unavailable', reason: 'not-understood' })
})
