import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import test from 'node:test'
import { guardVerifier } from '../../src/schools/guarded-verifier.ts'
import { patience } from '../support/patience.ts'
import { proof, schoolAndVerifier } from './school-and-verifier.ts'
import type { SeenCall } from './scripted-school.ts'
import { languages, ofStudent, silentSchool } from './silent-school.ts'

const ample = { login: 'auto', limits: { callMs: patience(2000), loginMs: patience(5000) } } as const

for (const [name, understands] of Object.entries(languages)) {
  for (const otherwise of [
    '{"status":"5000","message":"fault"}',
    '{"status":"402","message":"请输入用户名"}',
    '{"status":"401"}',
    '',
    '<html><body>系统错误</body></html>',
  ]) {
    test(`detects ${name} without a student's number at a silent school that otherwise responds «${otherwise}»`, async (t) => {
      const { school, verifier } = await schoolAndVerifier(t, silentSchool(understands, otherwise), ample)
      assert.equal((await verifier.verify(proof)).outcome, 'verified')
      assert.equal(ofStudent(school.seen).length, 1, 'it costs the student one try')
      const before = school.seen.length
      await verifier.verify(proof)
      assert.equal(school.seen.length - before, 3, 'the second login uses the dialect')
    })
  }
}

test('detects K3 at a silent school', async (t) => {
  let k3Tries = 0
  const scripts = silentSchool(({ body }) => body.startsWith('params='), '{"status":"5000"}')
  scripts['/cas/logon.action'] = (response, { body }) => {
    if (!body.startsWith('params=')) response.end('{"status":"5000"}')
    else response.end(k3Tries++ === 0 ? '{"status":"402"}' : '{"status":"200"}')
  }
  const { verifier } = await schoolAndVerifier(t, scripts, ample)
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
})

test('a login page that uses K4 is rejected by name', async (t) => {
  const { school, verifier } = await schoolAndVerifier(
    t,
    {
      '/cas/login.action': (response) => response.end('<script>$.get("frame/homepage?method=getTempDeskey")</script>'),
    },
    ample,
  )
  const answer = await verifier.verify(proof)
  assert.partialDeepStrictEqual(answer, { outcome: 'unavailable', reason: 'unsupported' })
  assert.match('detail' in answer ? (answer.detail ?? '') : '', /K4/)
  assert.equal(school.seen.length, 1)
})

test('searches the scripts of the page for the login if the page itself shows nothing', async (t) => {
  const { school, verifier } = await schoolAndVerifier(
    t,
    {
      '/cas/login.action': (response) => {
        response.setHeader('set-cookie', 'JSESSIONID=ABC123')
        response.end('<script src="../custom/js/login.js"></script><script src="missing.js"></script>')
      },
      '/custom/js/login.js': (response) =>
        response.end(
          '$.post("cas/logon.action", "username="+u+"&password="+p+"&randnumber="+r+"&isPasswordPolicy="+q)',
        ),
    },
    ample,
  )
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
  assert.match(school.seen.find(({ path }) => path === '/cas/logon.action')?.body ?? '', /^username=/)
})

test('discards a detected dialect when the school no longer understands several students', async (t) => {
  let dialect: 'k1' | 'k2' = 'k2'
  const { verifier } = await schoolAndVerifier(
    t,
    {
      '/cas/login.action': (response) => {
        response.setHeader('set-cookie', 'JSESSIONID=ABC123')
        const code = dialect === 'k2' ? '"_u"+r' : '{ "username": u, "isPasswordPolicy": 1 }'
        response.end(`<script>kutil.doAjax("cas/logon.action", ${code})</script>`)
      },
      '/cas/logon.action': (response, { body }) => {
        const understood = body.startsWith('username=') === (dialect === 'k1')
        response.end(JSON.stringify({ status: understood ? '200' : '5000' }))
      },
    },
    ample,
  )
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
  dialect = 'k1'
  const odd = { outcome: 'unavailable', reason: 'login-fault' }
  for (let login = 0; login < 10; login++) assert.partialDeepStrictEqual(await verifier.verify(proof), odd)
  for (const studentNumber of ['4142100102', '4142100103'])
    assert.partialDeepStrictEqual(await verifier.verify({ ...proof, studentNumber }), odd)
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
})

test('with SCHOOL_CAPTCHA=ask, uses the likely dialect without reading captchas', async (t) => {
  const { verifier } = await schoolAndVerifier(
    t,
    {
      '/cas/login.action': (response) => {
        response.setHeader('set-cookie', 'JSESSIONID=ABC123')
        response.end('<form action="logon.action"><input name="username"></form>')
      },
    },
    { ...ample, captchaMode: 'ask', readCaptcha: () => undefined },
  )
  const challenge = await verifier.issueChallenge?.()
  assert.ok(challenge?.outcome === 'challenge' && challenge.session.includes('"k1"'))
})

test('continues the detection in the next logins if the school is too slow for all trials in one', async (t) => {
  const scripts = silentSchool(languages['k2-get'], '{"status":"5000"}')
  const answer = scripts['/cas/logon.action']
  scripts['/cas/logon.action'] = (response, call) => void setTimeout(() => answer?.(response, call), patience(250))
  const { school, verifier } = await schoolAndVerifier(t, scripts, {
    ...ample,
    limits: { callMs: patience(2000), loginMs: patience(700) },
  })
  const outcomes: string[] = []
  for (let login = 0; login < 10 && outcomes.at(-1) !== 'verified'; login++) {
    const answer = await verifier.verify(proof)
    outcomes.push(answer.outcome === 'unavailable' ? answer.reason : answer.outcome)
  }
  assert.equal(outcomes.shift(), 'timeout')
  assert.equal(outcomes.at(-1), 'verified', outcomes.join())
  const first = school.seen.filter(({ body }) => body.startsWith('randnumber='))
  assert.equal(first.length, 1, 'no trial with a response is repeated')
})

/** A K2 site whose page loads the keys of K3, and that treats whatever it does not understand as a wrong password. */
function misleadingSite(page: string) {
  const scripts = silentSchool(languages['k2-post'], '{"status":"402","message":"账号或密码有误!|1"}')
  const answer = scripts['/cas/logon.action']
  return {
    ...scripts,
    '/cas/login.action': (response: ServerResponse) => {
      response.setHeader('set-cookie', 'JSESSIONID=ABC123')
      response.end(page)
    },
    '/custom/js/SetKingoEncypt.jsp': (response: ServerResponse) =>
      response.end("var _deskey = '52550178936240963575094'; var _nowtime = '2020-04-14 10:10:42';"),
    '/cas/logon.action': (response: ServerResponse, call: SeenCall) => {
      const captcha = /randnumber=(\w+)/.exec(call.body)?.[1]
      if (languages['k2-post'](call) && captcha !== '9035') response.end('{"status":"401","message":"验证码有误!"}')
      else answer?.(response, call)
    },
  }
}

const keyScript = '<script src="custom/js/SetKingoEncypt.jsp"></script>'

test('K3 keys are no proof of K3: a site that notices a wrong captcha in K2 uses K2', async (t) => {
  const page = `<html>${keyScript}<script>var p = "_u" + randnumber // getEncParams(p)\n</script></html>`
  const { verifier } = await schoolAndVerifier(t, misleadingSite(page), ample)
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
})

test('detects again, once everybody is rejected, a dialect that the page shows but the school does not use', async (t) => {
  const page = `<html>${keyScript}<script>params = getEncParams(params)</script></html>`
  const { verifier, logger } = await schoolAndVerifier(t, misleadingSite(page), ample)
  const guarded = guardVerifier(verifier, { logger })
  for (let student = 0; student < 5; student++) {
    const answer = await guarded.verify({ ...proof, studentNumber: `414210010${student}` })
    assert.equal(answer.outcome, 'rejected')
  }
  assert.equal(guarded.rejections.rejectsEveryone(), true)
  assert.match(logger.lines.join('\n'), /"alarm":"rejections"/)
  assert.equal((await guarded.verify(proof)).outcome, 'verified')
  assert.equal(guarded.rejections.rejectsEveryone(), false)
})
