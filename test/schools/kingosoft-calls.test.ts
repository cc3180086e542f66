import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { createKingosoftVerifier } from '../../src/schools/kingosoft/kingosoft.verifier.ts'
import { dialects } from '../../src/tools/simulated-school/simulated-school.ts'
import { recordingLogger } from './recording-logger.ts'
import { proof, schoolAndVerifier } from './school-and-verifier.ts'
import { giveSession, image, json, type Scripts } from './scripted-school.ts'
import { startReadableSchool } from './simulated-kingosoft.ts'

const ample = { limits: { callMs: 2000, loginMs: 8000 } } as const
const steps = { k1: 3, 'k2-get': 3, 'k2-post': 3, k3: 4 }
const student = { studentNumber: '2017010101', schoolPassword: 'canary-Pa55&=+密' }

for (const dialect of dialects) {
  for (const login of ['auto', dialect] as const) {
    test(`${dialect}, ${login === 'auto' ? 'once it is detected' : 'set'}: a login takes ${steps[dialect]} calls, without the page`, async (t) => {
      const options = { students: [student], dialect, sessionRoute: 'kingo', balancerCookie: true }
      const { school, readCaptcha } = await startReadableSchool(options)
      const logger = recordingLogger()
      const verifier = createKingosoftVerifier({ baseUrl: school.url, login, readCaptcha, captchaMode: 'read', logger })
      t.after(async () => {
        await verifier.close()
        await school.close()
      })
      assert.equal((await verifier.verify(student)).outcome, 'verified')
      assert.equal(school.requests.length, steps[dialect] + (login === 'auto' ? 1 : 0))
      for (let again = 0; again < 3; again++) {
        const before = school.requests.length
        assert.equal((await verifier.verify(student)).outcome, 'verified')
        assert.equal(school.requests.length - before, steps[dialect])
      }
      assert.equal((await verifier.verify({ ...student, schoolPassword: 'wrong' })).outcome, 'rejected')
    })
  }
}

/** The first calls of each login. */
async function beginnings(t: TestContext, scripts: Scripts, logins: number) {
  const { school, verifier } = await schoolAndVerifier(t, scripts, ample)
  const outcomes: string[] = []
  const begun: string[] = []
  for (let login = 0; login < logins; login++) {
    const before = school.seen.length
    const answer = await verifier.verify({ ...proof, studentNumber: `414210010${login}` })
    outcomes.push(answer.outcome === 'unavailable' ? answer.reason : answer.outcome)
    begun.push(
      school
        .paths()
        .slice(before)
        .map((path) => ({ '/cas/login.action': 'page', '/cas/genValidateCode': 'captcha' })[path] ?? 'logon')
        .slice(0, -1)
        .join(' '),
    )
  }
  return { outcomes, begun }
}

const hasPage = (cookie = '') => cookie.includes('page=seen')
const markPage: Scripts = {
  '/cas/login.action': (response, call) => {
    giveSession(response, call)
    response.appendHeader('set-cookie', 'page=seen; Path=/')
    response.end('<html>')
  },
}

test('from the second login on, requests the page first if only the page starts a session', async (t) => {
  const { outcomes, begun } = await beginnings(t, { '/cas/genValidateCode': (response) => response.end(image) }, 3)
  assert.deepEqual(outcomes, ['verified', 'verified', 'verified'])
  assert.deepEqual(begun, ['captcha page captcha logon', 'page captcha logon', 'page captcha logon'])
})

for (const [what, refuse] of [
  [
    'redirects clients to its page first',
    (response) => response.writeHead(302, { location: '/cas/login.action' }).end(),
  ],
  ['forbids a captcha without its page', (response) => response.writeHead(403).end()],
  ['sends its page instead of a captcha', (response) => response.end('<html><form></form></html>')],
] satisfies [string, Scripts[string]][]) {
  test(`a site that ${what} fails no login`, async (t) => {
    const captcha: Scripts[string] = (response, call) => {
      if (hasPage(call.headers.cookie)) response.end(image)
      else refuse(response)
    }
    const { outcomes, begun } = await beginnings(t, { ...markPage, '/cas/genValidateCode': captcha }, 2)
    assert.deepEqual(outcomes, ['verified', 'verified'])
    assert.deepEqual(begun, ['captcha page captcha logon', 'page captcha logon'])
  })
}

test('a site that refuses captchas without its page fails no login', async (t) => {
  const { outcomes, begun } = await beginnings(
    t,
    {
      ...markPage,
      '/cas/logon.action': (response, call) =>
        response.end(hasPage(call.headers.cookie) ? '{"status":"200"}' : '{"status":"401"}'),
    },
    2,
  )
  assert.deepEqual(outcomes, ['verified', 'verified'])
  assert.deepEqual(begun, ['captcha logon page captcha logon', 'page captcha logon'])
})

for (const [what, refuse, outcome] of [
  ['an unknown status', json({ status: '5000' }), 'login-fault'],
  ['an empty response', (response) => response.end(''), 'not-understood'],
  ['a page', (response) => response.end('<html><body>请登录</body></html>'), 'maintenance'],
  ['a redirect', (response) => response.writeHead(302, { location: '/' }).end(), 'redirected'],
] satisfies [string, Scripts[string], string][]) {
  test(`a site that sends ${what} without its page fails one login`, async (t) => {
    const logon: Scripts[string] = (response, call) => {
      if (hasPage(call.headers.cookie)) response.end('{"status":"200"}')
      else refuse(response, call)
    }
    const { outcomes, begun } = await beginnings(t, { ...markPage, '/cas/logon.action': logon }, 3)
    assert.deepEqual(outcomes, [outcome, 'verified', 'verified'])
    assert.deepEqual(begun.slice(1), ['page captcha logon', 'page captcha logon'])
  })
}
