import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { createKingosoftVerifier, type KingosoftOptions } from '../../src/schools/kingosoft/kingosoft.verifier.ts'
import { dialects } from '../../src/tools/simulated-school/simulated-school.ts'
import { createPrivateAuthority } from './private-authority.ts'
import { recordingLogger } from './recording-logger.ts'
import { startReadableSchool } from './simulated-kingosoft.ts'

const active = { studentNumber: '2017010101', schoolPassword: 'canary-Pa55&=+密' }
const locked = { studentNumber: '2017010109', schoolPassword: 'library', state: 'locked' } as const
const stepUp = { studentNumber: '2017010108', schoolPassword: 'library', state: 'step-up' } as const
const students = [active, locked, stepUp]

async function start(
  t: TestContext,
  schoolOptions: Parameters<typeof startReadableSchool>[0] = {},
  options: Partial<KingosoftOptions> = {},
) {
  const { school, readCaptcha } = await startReadableSchool({ students, ...schoolOptions })
  const logger = recordingLogger()
  const verifier = createKingosoftVerifier({
    baseUrl: school.url,
    login: 'auto',
    readCaptcha,
    captchaMode: 'read',
    logger,
    ...options,
  })
  t.after(async () => {
    await verifier.close()
    await school.close()
  })
  return { school, verifier, readCaptcha, logger }
}

for (const dialect of dialects) {
  test(`detects ${dialect} from the login page alone, and a wrong password costs one try`, async (t) => {
    const { school, verifier } = await start(t, { dialect })
    assert.deepEqual(await verifier.verify({ ...active, schoolPassword: 'wrong' }), { outcome: 'rejected' })
    assert.partialDeepStrictEqual(school.seen, { logons: 1, wrongPasswords: 1 })
  })

  test(`${dialect}: after two refused captchas the password has used up no try, and the third succeeds`, async (t) => {
    const { school, verifier } = await start(t, { dialect }, { login: dialect })
    school.setFault({ name: 'captcha-refused', times: 2 })
    assert.equal((await verifier.verify(active)).outcome, 'verified')
    assert.partialDeepStrictEqual(school.seen, { logons: 3, captchas: 3, wrongPasswords: 0, logins: 1 })
    const keys = school.requests.filter(({ step }) => step === 'key-page').length
    assert.equal(keys, dialect === 'k3' ? 3 : 0, 'a key is valid for one try')
  })

  test(`${dialect}: distinguishes locked students from those who need a code`, async (t) => {
    const { verifier } = await start(t, { dialect }, { login: dialect })
    assert.deepEqual(await verifier.verify(locked), { outcome: 'locked' })
    assert.deepEqual(await verifier.verify(stepUp), { outcome: 'step-up-wanted' })
  })

  test(`${dialect}: a student's captcha uses its own session, regardless of concurrent challenges`, async (t) => {
    const { school, verifier, readCaptcha } = await start(t, { dialect }, { captchaMode: 'ask' })
    const [first, second] = await Promise.all([verifier.issueChallenge?.(), verifier.issueChallenge?.()])
    assert.ok(first?.outcome === 'challenge' && second?.outcome === 'challenge')
    const read = async (image: Uint8Array) => (await readCaptcha(image))?.digits ?? ''
    const swapped = { session: first.session, captcha: await read(second.image) }
    const [right, wrong] = await Promise.all([
      verifier.verify({ ...active, answer: { session: second.session, captcha: await read(second.image) } }),
      verifier.verify({ ...active, answer: swapped }),
    ])
    assert.equal(right.outcome, 'verified')
    assert.deepEqual(wrong, { outcome: 'captcha-wrong' })
    assert.partialDeepStrictEqual(school.seen, { logons: 2, wrongPasswords: 0 })
    const again = { session: second.session, captcha: await read(second.image) }
    assert.deepEqual(
      await verifier.verify({ ...active, answer: again }),
      { outcome: 'captcha-wrong' },
      'an answer is valid once',
    )
  })

  test(`${dialect}: reads responses in GBK, with or without a charset`, async (t) => {
    for (const labelled of [true, false]) {
      const { school, verifier } = await start(t, { dialect, encoding: 'gbk', labelled })
      assert.deepEqual(await verifier.verify(locked), { outcome: 'locked' })
      school.setFault({ name: 'status-407', message: '账号或密码错误' })
      assert.deepEqual(await verifier.verify(active), { outcome: 'rejected' })
    }
  })
}

for (const [fault, reason] of [
  [{ name: 'hang' }, 'timeout'],
  [{ name: 'reset' }, 'connection-refused'],
  [{ name: 'http-status' }, 'fault'],
  [{ name: 'redirect-loop' }, 'redirected'],
  [{ name: 'endless-body' }, 'too-large'],
  [{ name: 'maintenance' }, 'maintenance'],
] as const) {
  test(`until the dialect is known, the login page fault ${fault.name} ends a login, and nothing is sent`, async (t) => {
    const { school, verifier } = await start(t, { dialect: 'k3' }, { limits: { callMs: 2000, loginMs: 5000 } })
    school.setFault({ ...fault, at: 'login-page' })
    assert.partialDeepStrictEqual(await verifier.verify(active), { outcome: 'unavailable', reason })
    assert.equal(school.seen.logons, 0)
    school.setFault(undefined)
    assert.equal((await verifier.verify(active)).outcome, 'verified')
    school.setFault({ ...fault, at: 'login-page' })
    assert.equal((await verifier.verify(active)).outcome, 'verified', 'then it is not requested')
  })
}

test('works the same over TLS with a private authority', async (t) => {
  const authority = await createPrivateAuthority()
  const { verifier } = await start(t, { dialect: 'k3', tls: authority, sessionRoute: 'kingo' }, { ca: authority.ca })
  assert.equal((await verifier.verify(active)).outcome, 'verified')
})

test('a wrong Content-Type of JSON and images does no harm', async (t) => {
  const { school, verifier } = await start(t)
  school.setFault({ name: 'wrong-content-type', at: 'every' })
  assert.equal((await verifier.verify(active)).outcome, 'verified')
})

test('twenty concurrent logins are independent', async (t) => {
  const { school, verifier } = await start(t, { dialect: 'k3' })
  const answers = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(active)))
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1)
  assert.equal(school.seen.logins, 20)
})

test('K3 hides the digest, and no log, step or response contains password, number or code', async (t) => {
  const steps: unknown[] = []
  const { verifier, logger } = await start(t, { dialect: 'k3' }, { onStep: (step) => steps.push(step) })
  const answer = await verifier.verify(active)
  const code = answer.outcome === 'verified' ? answer.studentCode : assert.fail(JSON.stringify(answer))
  const written = JSON.stringify(steps) + logger.lines.join('\n')
  for (const secret of [active.studentNumber, 'canary', code]) assert.ok(!written.includes(secret))
  assert.ok(steps.length >= 5)
})
