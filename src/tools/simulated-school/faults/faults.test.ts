import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { until } from '../../../../test/support/patience.ts'
import { seededRandom } from '../random.ts'
import { type Fault, type FaultStep, type SimulatedSchool, startSimulatedSchool } from '../simulated-school.ts'
import { TestClient } from '../test-client.ts'

const student = { studentNumber: '2017010101', schoolPassword: 'library' }
const open: SimulatedSchool[] = []
after(() => Promise.all(open.map((school) => school.close())))

async function startWith(fault: Fault) {
  const school = await startSimulatedSchool({ students: [student], random: seededRandom(7) })
  open.push(school)
  school.setFault(fault)
  const client = new TestClient(school.url)
  return { school, client, logon: async () => sendLogon(client) }
}

async function sendLogon(client: TestClient): Promise<Response> {
  await client.captcha()
  return client.post('username=2017010101&password=x&randnumber=0000&isPasswordPolicy=1')
}

const causeOf = (error: unknown) => String(error instanceof Error ? error.cause : error)

test('hang: accepts the request and sends no response', async () => {
  const { school, client } = await startWith({ name: 'hang' })
  await client.captcha()
  const waiting = new AbortController()
  const answer = client.call('/cas/logon.action', { method: 'POST', signal: waiting.signal })
  await until(() => school.requests.at(-1)?.fault === 'hang', 'the request is taken')
  assert.equal(await Promise.race([answer, setTimeout(50, 'nothing')]), 'nothing')
  waiting.abort()
  await assert.rejects(answer, { name: 'AbortError' })
  assert.equal(school.seen.logons, 0)
})

test('drip: sends the right response byte by byte', async () => {
  const { client } = await startWith({ name: 'drip', everyMs: 1 })
  const captcha = await client.captcha()
  const pieces = (await client.post(`username=1&password=2&randnumber=${captcha}&isPasswordPolicy=1`)).body
  assert.ok(pieces)
  const received: Uint8Array[] = []
  for await (const piece of pieces) received.push(piece)
  assert.ok(received.length > 10)
  assert.partialDeepStrictEqual(JSON.parse(Buffer.concat(received).toString()), { status: '402' })
})

test('slow: sends the right response late', async () => {
  const { client } = await startWith({ name: 'slow', ms: 80 })
  const captcha = await client.captcha()
  const begun = performance.now()
  assert.partialDeepStrictEqual(await client.logon('k1', student, captcha), { status: '200' })
  assert.ok(performance.now() - begun >= 75)
})

test('reset: resets the connection', async () => {
  const { logon } = await startWith({ name: 'reset' })
  await assert.rejects(logon(), (error) => /ECONNRESET/.test(causeOf(error)))
})

test('close: closes the connection without a response', async () => {
  const { logon } = await startWith({ name: 'close' })
  await assert.rejects(logon(), (error) => /other side closed/.test(causeOf(error)))
})

test('http-status: sends an error page, with status 500 by default', async () => {
  const { school, logon } = await startWith({ name: 'http-status' })
  assert.equal((await logon()).status, 500)
  school.setFault({ name: 'http-status', status: 503 })
  assert.equal((await logon()).status, 503)
})

test('maintenance: sends an HTML page with status 200', async () => {
  const answer = await (await startWith({ name: 'maintenance' })).logon()
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /系统维护/)
})

test('redirect-loop: redirects to the same address', async () => {
  const { client, logon } = await startWith({ name: 'redirect-loop' })
  const answer = await logon()
  assert.equal(answer.status, 302)
  assert.equal(new URL(answer.headers.get('location') ?? '', client.base).pathname, '/tscjw/cas/logon.action')
})

test('redirect-elsewhere: redirects to another host', async () => {
  const { school, logon } = await startWith({ name: 'redirect-elsewhere' })
  assert.match((await logon()).headers.get('location') ?? '', /^http:\/\/sso\.school\.invalid\//)
  school.setFault({ name: 'redirect-elsewhere', location: 'http://127.0.0.1:9/' })
  assert.equal((await logon()).headers.get('location'), 'http://127.0.0.1:9/')
})

test('endless-body: sends data until the client disconnects', async () => {
  const answer = await (await startWith({ name: 'endless-body' })).logon()
  assert.ok(answer.body)
  let received = 0
  for await (const piece of answer.body) {
    received += piece.length
    if (received > 2 ** 20) break
  }
  assert.ok(received > 2 ** 20)
})

test('wrong-content-type: sends the right body with a wrong Content-Type', async () => {
  const answer = await (await startWith({ name: 'wrong-content-type', contentType: 'image/png' })).logon()
  assert.equal(answer.headers.get('content-type'), 'image/png')
  assert.partialDeepStrictEqual(await answer.json(), { status: '401' })
})

test('broken-json: sends a response that cannot be parsed', async () => {
  const answer = await (await startWith({ name: 'broken-json' })).logon()
  assert.equal(answer.status, 200)
  await assert.rejects(answer.json(), SyntaxError)
})

test('captcha-refused: sends 401 for the right captcha, a given number of times', async () => {
  const { school, client } = await startWith({ name: 'captcha-refused', times: 2 })
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '401' })
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '401' })
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '200' })
  assert.equal(school.seen.refusedCaptchas, 2)
})

test('captcha-unreadable: sends an image that cannot be read', async () => {
  const { client } = await startWith({ name: 'captcha-unreadable' })
  const { headers } = await client.call('/cas/genValidateCode')
  assert.equal(headers.get('content-type'), 'image/jpeg')
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '401' })
})

test('captcha-not-an-image: sends HTML instead of an image', async () => {
  const { client } = await startWith({ name: 'captcha-not-an-image' })
  assert.match(await client.text('/cas/genValidateCode'), /^<html>/)
})

test('captcha-truncated: sends half a JPEG', async () => {
  const { client } = await startWith({ name: 'captcha-truncated' })
  const image = Buffer.from(await (await client.call('/cas/genValidateCode')).arrayBuffer())
  assert.equal(image.readUInt16BE(0), 0xffd8)
  assert.notEqual(image.readUInt16BE(image.length - 2), 0xffd9)
})

const words: { fault: Fault; word: object }[] = [
  { fault: { name: 'status-5000' }, word: { status: '5000' } },
  { fault: { name: 'status-407' }, word: { status: '407', message: '请先完成学期注册!' } },
  { fault: { name: 'status-410', message: '下线了' }, word: { status: '410', message: '下线了' } },
  { fault: { name: 'locked' }, word: { message: '账号已被锁定，请于30分钟后再试!|5' } },
  { fault: { name: 'step-up' }, word: { status: '505' } },
]
for (const { fault, word } of words) {
  test(`${fault.name}: sends its message to every login, and logs nobody in`, async () => {
    const { school, client } = await startWith(fault)
    assert.partialDeepStrictEqual(await client.login('k1', student), word)
    assert.equal(await client.userCode(), 'kingo.guest')
    assert.equal(school.seen.logins, 0)
    school.setFault(undefined)
    assert.partialDeepStrictEqual(await client.login('k1', student), { status: '200' })
  })
}

test('guest: sends 200 and logs nobody in', async () => {
  const { client } = await startWith({ name: 'guest' })
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '200' })
  assert.equal(await client.userCode(), 'kingo.guest')
})

const places: Record<FaultStep, string[]> = {
  'login-page': ['/cas/login.action'],
  captcha: ['/cas/genValidateCode'],
  'key-page': ['/custom/js/SetKingoEncypt.jsp'],
  logon: ['/cas/logon.action'],
  proof: ['/jw/common/showYearTerm.action', '/MainFrm.html'],
  every: [],
}
const everyPath = Object.values(places).flat()

for (const [at, paths] of Object.entries(places) as [FaultStep, string[]][]) {
  test(`a connection fault at ${at} affects only that step`, async () => {
    const { client } = await startWith({ name: 'http-status', status: 555, at })
    for (const path of everyPath) {
      const isAffected = at === 'every' || paths.includes(path)
      assert.equal((await client.call(path)).status === 555, isAffected, path)
    }
  })
}
