import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { proof, schoolAndVerifier } from './school-and-verifier.ts'
import { giveSession, image, type Scripts, type SeenCall } from './scripted-school.ts'
import { languages, ofStudent, refusal, silentSchool, wordlessSchool } from './silent-school.ts'

/** A tenth of production's limits: 3 s a call, 8 s at most and 20 s a login. */
const CALL_MS = 300
const slow = { login: 'auto', limits: { callMs: 800, loginMs: 2000 } } as const

/** Each call of the school takes this long. */
function slowly(scripts: Scripts): Scripts {
  const slowed = Object.entries(scripts).map(([path, script]): [string, Scripts[string]] => [
    path,
    (response, call) => void setTimeout(() => script(response, call), CALL_MS),
  ])
  return Object.fromEntries(slowed)
}

const captcha: Scripts = {
  '/cas/genValidateCode': (response, call) => {
    giveSession(response, call)
    response.end(image)
  },
  '/jw/common/showYearTerm.action': (response) => response.end('{"userCode":"20140001"}'),
}

function pageOf(names: readonly string[]): Scripts {
  const page = names.map((name) => `<script src="../js/${name}"></script>`).join('')
  return {
    '/cas/login.action': (response, call) => {
      giveSession(response, call)
      response.end(`<html>${page}</html>`)
    },
    ...Object.fromEntries(
      names.map((name): [string, Scripts[string]] => [`/js/${name}`, (response) => response.end('var a')]),
    ),
  }
}

/** Students log in until one succeeds: how many it takes, and every call. */
async function until(t: TestContext, scripts: Scripts, most: number) {
  const { school, verifier } = await schoolAndVerifier(t, slowly({ ...captcha, ...scripts }), slow)
  let logins = 0
  let outcome = ''
  while (outcome !== 'verified' && logins < most) {
    logins++
    const answer = await verifier.verify(proof)
    outcome = answer.outcome === 'unavailable' ? answer.reason : answer.outcome
    assert.ok(outcome === 'verified' || outcome === 'timeout' || outcome === 'rejected', JSON.stringify(answer))
  }
  assert.equal(outcome, 'verified', school.paths().join(' '))
  const calls = [...school.seen]
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
  assert.equal(school.seen.length - calls.length, 3, 'the next login uses the dialect')
  return { logins, calls }
}

const count = (calls: readonly SeenCall[], path: string) => calls.filter((call) => call.path === path).length
const scriptsIn = (calls: readonly SeenCall[]) =>
  calls.map(({ path }) => path).filter((path) => path.startsWith('/js/'))

function assertNothingTwice(calls: readonly SeenCall[]): void {
  const scripts = scriptsIn(calls)
  assert.equal(new Set(scripts).size, scripts.length, 'no script is read twice')
  assert.equal(count(calls, '/cas/login.action'), 1, 'the page is read once')
}

test('a page with many useless scripts is resolved by trials, each made once', async (t) => {
  const names = Array.from({ length: 12 }, (_, index) => `part-${index}.js`)
  const school = silentSchool(languages.k1, '{"status":"5000"}')
  const { calls } = await until(t, { ...school, ...pageOf(names) }, 8)
  assertNothingTwice(calls)
  assert.ok(scriptsIn(calls).length < 12, 'trials are made before scripts for which there is no time')
  assert.equal(calls.filter(({ body }) => body.startsWith('randnumber=')).length, 1)
  assert.ok(ofStudent(calls).length <= 2)
})

test('reads the script that looks like the login first, wherever it is, and no other', async (t) => {
  const names = [...Array.from({ length: 20 }, (_, index) => `part-${index}.js`), 'stu_login.js']
  const login: Scripts = {
    '/js/stu_login.js': (response) => response.end('$.post("logon.action", {username: u, isPasswordPolicy: 1})'),
  }
  const { logins, calls } = await until(t, { ...pageOf(names), ...login, ...speaks(languages.k1) }, 2)
  assert.equal(scriptsIn(calls)[0], '/js/stu_login.js')
  assert.equal(scriptsIn(calls).length, 1)
  assert.ok(logins <= 2)
})

test('a script that never loads is requested once, and the detection continues', async (t) => {
  const hangs: Scripts = { '/js/login-a.js': () => {} }
  const showsDialect: Scripts = { '/js/login-b.js': (response) => response.end('$.post("logon.action", "_u"+r+"="+u)') }
  const scripts = {
    ...pageOf(['login-a.js', 'login-b.js']),
    ...hangs,
    ...showsDialect,
    ...speaks(languages['k2-post']),
  }
  const { calls } = await until(t, scripts, 4)
  assert.equal(count(calls, '/js/login-a.js'), 1)
})

test('skips a dialect to which the school never responds', async (t) => {
  const school: Scripts = {
    ...pageOf([]),
    '/cas/logon.action': (response, call) => {
      const nobody = call.body.includes('0000000000')
      if (languages.k1(call)) response.end(nobody ? refusal : '{"status":"200"}')
      else if (call.body.startsWith('randnumber=')) response.end('{"status":"5000"}')
    },
  }
  await until(t, school, 8)
})

test("if only a student's login shows the dialect, the next one continues with the remaining dialects", async (t) => {
  const { calls } = await until(t, wordlessSchool(languages.k1), 20)
  // The login that shows the dialect may come too late.
  assert.ok(ofStudent(calls).filter(languages.k1).length <= 2)
  const trials =
    calls.filter(({ body, query }) => (body + query).includes('randnumber=')).length - ofStudent(calls).length
  assert.ok(trials <= 9, `${trials} trials: no detection starts over`)
})

function speaks(understands: (call: SeenCall) => boolean): Scripts {
  return {
    '/cas/logon.action': (response, call) => response.end(understands(call) ? '{"status":"200"}' : '{"status":"5000"}'),
  }
}
