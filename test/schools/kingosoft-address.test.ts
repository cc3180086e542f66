import assert from 'node:assert/strict'
import test from 'node:test'
import { createKingosoftVerifier } from '../../src/schools/kingosoft/kingosoft.verifier.ts'
import { patience } from '../support/patience.ts'
import { createPrivateAuthority } from './private-authority.ts'
import { recordingLogger } from './recording-logger.ts'
import { proof, schoolAndVerifier } from './school-and-verifier.ts'

const ample = { limits: { callMs: patience(2000), loginMs: patience(5000) } }

for (const root of ['', '/tscjw', '/a/b']) {
  for (const end of ['', '/', '///']) {
    test(`accepts a school address that ends in «${root}${end}»`, async (t) => {
      const { school, verifier } = await schoolAndVerifier(t, {}, {}, { root })
      const same = createKingosoftVerifier({
        baseUrl: school.url + end,
        login: 'k1',
        readCaptcha: () => ({ digits: '1234', margin: 1 }),
        captchaMode: 'read',
        logger: recordingLogger(),
      })
      assert.equal((await verifier.verify(proof)).outcome, 'verified')
      assert.equal((await same.verify(proof)).outcome, 'verified')
      assert.ok(school.paths().every((path) => !path.startsWith('outside')))
    })
  }
}

test('rejects an invalid web address when the verifier is created', () => {
  const make = (baseUrl: string) =>
    createKingosoftVerifier({
      baseUrl,
      login: 'auto',
      readCaptcha: () => undefined,
      captchaMode: 'read',
      logger: recordingLogger(),
    })
  assert.throws(() => make('ftp://jiaowu.tsc.edu.cn/'))
  assert.throws(() => make('jiaowu'))
})

test('trusts a certificate of a private authority if the authority is trusted', async (t) => {
  const authority = await createPrivateAuthority()
  const { verifier } = await schoolAndVerifier(t, {}, { ca: authority.ca, ...ample }, { tls: authority })
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
})

test('does not call a school with an untrusted certificate', async (t) => {
  const [authority, other] = await Promise.all([createPrivateAuthority(), createPrivateAuthority()])
  for (const ca of [undefined, other.ca]) {
    const { school, verifier } = await schoolAndVerifier(t, {}, { ca, ...ample }, { tls: authority })
    const answer = await verifier.verify(proof)
    assert.partialDeepStrictEqual(answer, { outcome: 'unavailable', reason: 'connection-refused' })
    assert.equal(school.seen.length, 0)
  }
})
