import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { createKingosoftVerifier } from '../../src/schools/kingosoft/kingosoft.verifier.ts'
import { dialects, startSimulatedSchool } from '../../src/tools/simulated-school/simulated-school.ts'
import { createPrivateAuthority } from './private-authority.ts'
import { recordingLogger } from './recording-logger.ts'
import { proof } from './school-and-verifier.ts'
import { type Scripts, startScriptedSchool } from './scripted-school.ts'

const limits = { callMs: 800, loginMs: 2000 }

async function lookAt(t: TestContext, baseUrl: string) {
  const options = {
    baseUrl,
    login: 'auto',
    readCaptcha: () => ({ digits: '9035', margin: 1 }),
    captchaMode: 'read',
  } as const
  const verifier = createKingosoftVerifier({ ...options, limits, logger: recordingLogger() })
  t.after(() => verifier.close())
  const seen = await verifier.look()
  assert.equal(seen.outcome, 'looked')
  return { ...seen, verifier }
}

/** A web server with these pages, by full path, and KINGOSOFT if a test needs it. */
async function siteOf(t: TestContext, scripts: Scripts, tls?: { cert: string; key: string }) {
  const site = await startScriptedSchool({ ...nothing, ...scripts }, tls ? { tls } : {})
  t.after(() => site.close())
  return site
}

const away: Scripts[string] = (response) => response.writeHead(404).end('<html><title>404</title></html>')
const nothing: Scripts = {
  '/cas/login.action': away,
  '/cas/genValidateCode': away,
  '/cas/logon.action': away,
  '/jw/common/showYearTerm.action': away,
}
const page =
  (html: string): Scripts[string] =>
  (response) =>
    response.end(`<html>${html}</html>`)
const to =
  (location: string): Scripts[string] =>
  (response) =>
    response.writeHead(302, { location }).end()
const kingosoft = page(
  '<img src="genValidateCode"><script>$.post("logon.action", {username: u, isPasswordPolicy: 1})</script>',
)

for (const dialect of dialects) {
  test(`recognizes a school of ${dialect}, and the first login knows the dialect`, async (t) => {
    const school = await startSimulatedSchool({ dialect })
    t.after(() => school.close())
    const { fits, says, verifier } = await lookAt(t, school.url)
    assert.ok(fits, says)
    assert.ok(says.includes(dialect), says)
    assert.equal(school.requests.length, 1, 'one call is enough')
    await verifier.verify(proof)
    assert.equal(school.requests[1]?.step, 'captcha')
    assert.equal(school.seen.wrongPasswords, 0, 'a check sends no login')
  })

  for (const end of ['/cas/login.action', '/cas/logon.action', '/cas', '/MainFrm.html', '/some/where']) {
    test(`reports an address of ${dialect} that ends in ${end}, with the right one`, async (t) => {
      const school = await startSimulatedSchool({ dialect })
      t.after(() => school.close())
      const { fits, says } = await lookAt(t, school.url + end)
      assert.ok(!fits)
      assert.ok(says.endsWith(`set SCHOOL_URL=${school.url}`), says)
    })
  }

  test(`reports an address of ${dialect} without its web root, or with another, with the right one`, async (t) => {
    const school = await startSimulatedSchool({ dialect, webRoot: '/jwgl' })
    t.after(() => school.close())
    // The simulated school serves nothing outside its root: a front page that links to it does.
    const front = await siteOf(t, { '/': to('/jwgl/cas/login.action'), '/jwgl/cas/login.action': kingosoft })
    for (const root of ['', '/tscjw', '/a/b']) {
      const { says } = await lookAt(t, front.url + root)
      assert.ok(says.endsWith(`set SCHOOL_URL=${front.url}/jwgl`), says)
    }
  })
}

for (const [what, front] of [
  ['a redirect to its root', to('/jwgl/')],
  ['a script', page('<script>window.location.href = "/jwgl/cas/login.action"</script>')],
  ['a meta refresh', page('<meta http-equiv="refresh" content="0; url=/jwgl/">')],
  ['a link', page('<a href="/jwgl/cas/login.action">登录</a>')],
] as const) {
  test(`finds the web root by ${what} of the site's first page`, async (t) => {
    const site = await siteOf(t, { '/': front, '/jwgl/cas/login.action': kingosoft })
    const { says } = await lookAt(t, `${site.url}/tscjw`)
    assert.ok(says.endsWith(`set SCHOOL_URL=${site.url}/jwgl`), says)
  })
}

for (const [what, login, expected] of [
  ['speaks K4', page('<img src="genValidateCode"><script>$.get("frame/homepage?method=getTempDeskey")</script>'), /K4/],
  [
    'has authserver in front, by a redirect',
    to('https://ids.example.edu/authserver/login?service=http%3A%2F%2Fjw'),
    /ids\.example\.edu\/authserver\/login: a unified login/,
  ],
  ['has a CAS in front, by a redirect', to('/cas/login?service=x'), /unified login/],
  [
    'has 联奕 in front, by a script',
    page('<script>location.replace("https://sso.example.edu/lyuapServer/login")</script>'),
    /unified login/,
  ],
  ['has a VPN in front', to('https://webvpn.example.edu/'), /unified login/],
  ['is authserver itself', page('<form id="pwdFromId"><input id="pwdEncryptSalt"></form>'), /unified login/],
  [
    'is a CAS itself',
    page('<form><input name="execution"><input name="_eventId" value="submit"></form>'),
    /unified login/,
  ],
  ['is 正方', page('<form action="/jwglxt/xtgl/login_slogin.html">'), /正方, not KINGOSOFT/],
  ['is 强智', page('<form action="/jsxsd/xk/LoginToXk">'), /强智, not KINGOSOFT/],
  ['is 树维', page("CryptoJS.SHA1('x-' + p)"), /树维 EAMS, not KINGOSOFT/],
  ['is URP', page('<form action="/j_spring_security_check">'), /URP, not KINGOSOFT/],
  ['is an unrelated page', page('<h1>It works!</h1>'), /not KINGOSOFT/],
  ['is under maintenance', page('<title>系统维护</title>'), /maintenance/],
  ['does not exist', away, /HTTP status 404/],
  ['forbids', (response) => response.writeHead(403).end(), /HTTP status 403/],
  ['has an internal error', (response) => response.writeHead(500).end(), /has a fault/],
  ['never answers', () => {}, /does not answer in time/],
  ['hangs up', (response) => response.destroy(), /nobody answers/],
  ['redirects to itself', to('/cas/login.action'), /redirects are not followed/],
  ['leads nowhere', (response) => response.writeHead(302).end(), /HTTP status 302/],
] satisfies [string, Scripts[string], RegExp][]) {
  test(`reports a site that ${what} in one line and in time`, async (t) => {
    const site = await siteOf(t, { '/cas/login.action': login })
    const { fits, says } = await lookAt(t, site.url)
    assert.ok(!fits, says)
    assert.match(says, expected)
    assert.ok(!says.includes('\n') && says.length < 500, says)
    assert.ok(
      site.seen.every(({ method }) => method === 'GET'),
      'nothing is sent',
    )
  })
}

test('recognizes KINGOSOFT by its captcha if the page shows nothing', async (t) => {
  const site = await siteOf(t, {
    '/cas/login.action': page('登录'),
    '/cas/genValidateCode': (response) => response.end(Buffer.from([0xff, 0xd8, 0xff, 0xe0])),
  })
  assert.equal((await lookAt(t, site.url)).fits, true)
})

test('reports a front page that leads to a unified login, or belongs to another system', async (t) => {
  const sso = await siteOf(t, { '/': to('https://cas.example.edu/tpass/login') })
  assert.match((await lookAt(t, sso.url)).says, /unified login/)
  const other = await siteOf(t, { '/': to('/jwglxt/xtgl/login_slogin.html') })
  assert.match((await lookAt(t, other.url)).says, /正方, not KINGOSOFT/)
})

test('reports a site that requires https, with its address', async (t) => {
  const site = await siteOf(t, { '/cas/login.action': to('https://127.0.0.1:8443/cas/login.action') })
  assert.ok((await lookAt(t, site.url)).says.endsWith('set SCHOOL_URL=https://127.0.0.1:8443'))
})

test('distinguishes an unreachable address and an untrusted certificate from a wrong root', async (t) => {
  const gone = await startScriptedSchool()
  await gone.close()
  assert.match((await lookAt(t, gone.url)).says, /nobody answers.*ECONNREFUSED/)
  const authority = await createPrivateAuthority()
  const untrusted = await siteOf(t, {}, authority)
  assert.match((await lookAt(t, untrusted.url)).says, /nobody answers.*SCHOOL_CA/)
})

test('closing the verifier ends the check', async (t) => {
  const site = await siteOf(t, { '/': () => {}, '/cas/login.action': away })
  const verifier = createKingosoftVerifier({
    ...{ baseUrl: site.url, login: 'auto', captchaMode: 'read', readCaptcha: () => undefined },
    logger: recordingLogger(),
  })
  const look = verifier.look()
  while (site.seen.length < 2) await new Promise((resolve) => setImmediate(resolve))
  await verifier.close()
  await look
})
