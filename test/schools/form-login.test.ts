import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createCaptchaMonitor } from '../../src/schools/captcha-monitor.ts'
import { guardVerifier } from '../../src/schools/guarded-verifier.ts'
import type { Proof, StudentVerifier } from '../../src/schools/verifier.ts'
import { patience } from '../support/patience.ts'
import { type Trouble, verifierConformance } from './conformance.ts'
import { recordingLogger } from './recording-logger.ts'
import type { Scripts } from './scripted-school.ts'
import { createZhengfangVerifier } from './zhengfang/zhengfang.verifier.ts'
import { CAPTCHA, startZhengfangSchool, type ZhengfangSchool } from './zhengfang/zhengfang-school.ts'

const answerBytes = 64 * 1024
const hastyLimits = { callMs: 400, loginMs: 1000, answerBytes }
const limits = { callMs: patience(5000), loginMs: patience(15_000), answerBytes }
const students = [
  { studentNumber: '2099000001', schoolPassword: 'canary-Pa55&=+密' },
  { studentNumber: '2099000002', schoolPassword: 'canary-2099000002' },
] as const
const [student] = students
const readCaptcha = () => ({ digits: CAPTCHA, margin: 1 })
const wrong = { ...student, schoolPassword: 'wrong' }

const LOGIN = 'POST /xtgl/login_slogin.html'
const says = (tips: string): Scripts => ({
  [LOGIN]: (response) => response.end(`<html><p id="tips">${tips}</p></html>`),
})
const leads = (location: string): Scripts => ({ [LOGIN]: (response) => response.writeHead(302, { location }).end() })

const faults: readonly [string, Trouble['expected'], Scripts][] = [
  ['never responds to the password', 'timeout', { [LOGIN]: () => {} }],
  ['closes the connection at the password', 'connection-refused', { [LOGIN]: (response) => response.destroy() }],
  ['answers 500', 'fault', { [LOGIN]: (response) => response.writeHead(500).end() }],
  ['is away', 'maintenance', { '/xtgl/login_slogin.html': (response) => response.end('<title>系统维护</title>') }],
  ['has locked the number', 'locked', says('您已超过最大登录失败次数，请在600秒后再登')],
  ['requires a slider', 'step-up-wanted', says('请先滑动图片进行验证！')],
  ['refuses every captcha', 'captcha-refused', says('验证码输入错误！')],
  ['redirects to its login page', 'not-understood', leads('/jwglxt/xtgl/login_slogin.html')],
  ['redirects to another host', 'not-understood', leads('https://elsewhere.example/jwglxt/xtgl/index_initMenu.html')],
  ['redirects to the same path outside its root', 'not-understood', leads('/jwglxt2/xtgl/index_initMenu.html')],
  ['leads nowhere', 'not-understood', leads('http://[')],
  [
    'moves its login page',
    'redirected',
    { 'GET /xtgl/login_slogin.html': (response) => response.writeHead(302, { location: '/sso' }).end() },
  ],
  ['accepts a login and logs nobody in', 'redirected', { ...leads('/jwglxt/xtgl/index_initMenu.html') }],
  ['sends no key', 'not-understood', { '/xtgl/login_getPublicKey.html': (response) => response.end('') }],
]

verifierConformance('another form login (正方)', async () => {
  const school = await startZhengfangSchool(students)
  const asked = { baseUrl: school.url, readCaptcha, captchaMode: 'read', logger: recordingLogger() } as const
  return {
    verifier: createZhengfangVerifier({ ...asked, limits }),
    hasty: createZhengfangVerifier({ ...asked, limits: hastyLimits }),
    students,
    unknownNumber: '9999999999',
    longestMs: hastyLimits.loginMs,
    troubles: faults.map(([name, expected, fault]) => ({ name, expected, begin: () => school.setFault(fault) })),
    recover: () => school.setFault(undefined),
    leave: school.close,
  }
})

describe('captchas that are required only sometimes', () => {
  let school: ZhengfangSchool
  const open: StudentVerifier[] = []
  before(async () => {
    school = await startZhengfangSchool(students)
  })
  after(async () => {
    await Promise.all(open.map((verifier) => verifier.close()))
    await school.close()
  })

  function ask(captchaMode: 'read' | 'ask') {
    school.setFault(undefined)
    const fates: string[] = []
    const logger = recordingLogger()
    const onCaptcha = (fate: string) => fates.push(fate)
    const inner = createZhengfangVerifier({ baseUrl: school.url, readCaptcha, captchaMode, limits, logger, onCaptcha })
    open.push(inner)
    const captchas = createCaptchaMonitor({ mode: captchaMode, logger })
    return { verifier: guardVerifier(inner, { logger, captchas }), fates }
  }
  const captchasSince = (calls: number) =>
    school
      .paths()
      .slice(calls)
      .filter((path) => path === '/kaptcha').length
  const tryWrongly = async (verifier: StudentVerifier, times: number) => {
    for (let tries = 0; tries < times; tries++) assert.equal((await verifier.verify(wrong)).outcome, 'rejected')
  }

  test('fetches none until the school requires it, and then reads one', async () => {
    const { verifier, fates } = ask('read')
    const calls = school.seen.length
    await tryWrongly(verifier, 3)
    assert.equal(captchasSince(calls), 0)
    assert.equal((await verifier.verify(student)).outcome, 'verified')
    assert.equal(captchasSince(calls), 1)
    assert.deepEqual(fates, ['accepted'], 'a try without a captcha is not a refused captcha')
  })

  test('asks the student for one only when the school requires it', async () => {
    const { verifier } = ask('ask')
    assert.equal((await verifier.verify(student)).outcome, 'verified')
    school.setFault({ 'a captcha for everyone': () => {} })
    const answer = await verifier.verify(student)
    assert.partialDeepStrictEqual(answer, { outcome: 'unavailable', reason: 'captcha-wanted' })
    const challenge = await verifier.issueChallenge?.()
    assert.ok(challenge?.outcome === 'challenge')
    const proof: Proof = { ...student, answer: { session: challenge.session, captcha: CAPTCHA } }
    assert.equal((await verifier.verify(proof)).outcome, 'verified')
  })

  test("reports a student's wrong captcha as one, and the password uses up no try", async () => {
    const { verifier } = ask('ask')
    await tryWrongly(verifier, 3)
    const challenge = await verifier.issueChallenge?.()
    assert.ok(challenge?.outcome === 'challenge')
    const answer = { session: challenge.session, captcha: '0000' }
    assert.deepEqual(await verifier.verify({ ...student, answer }), { outcome: 'captcha-wrong' })
  })
})
