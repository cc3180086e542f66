import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { passwordDigest } from './encryption/digest.ts'
import { demoStudents, dialects, type SimulatedSchool, startSimulatedSchool } from './simulated-school.ts'
import { TestClient } from './test-client.ts'

const [student] = demoStudents
assert.ok(student)
const stranger = { studentNumber: '1999999999', schoolPassword: 'library' }
const mistyped = { ...student, schoolPassword: 'libary' }

const open: SimulatedSchool[] = []
after(() => Promise.all(open.map((school) => school.close())))

async function start(options: Parameters<typeof startSimulatedSchool>[0] = {}) {
  const school = await startSimulatedSchool(options)
  open.push(school)
  return { school, client: new TestClient(school.url) }
}

for (const dialect of dialects) {
  test(`${dialect}: logs in a student with the right password`, async () => {
    const { school, client } = await start({ dialect })
    assert.equal(await client.userCode(), 'kingo.guest')
    assert.doesNotMatch(await client.text('/MainFrm.html'), /<p>This.+frames/)
    assert.partialDeepStrictEqual(await client.login(dialect, student), { status: '200' })
    assert.match(String(await client.userCode()), /^\d{9}$/)
    assert.match(await client.text('/MainFrm.html'), /<p>This.+frames/)
    assert.partialDeepStrictEqual(school.seen, { logins: 1, logons: 1, captchas: 1, wrongPasswords: 0 })
  })

  test(`${dialect}: sends the same 402 for a wrong password and an unknown student, and logs nobody in`, async () => {
    const { school, client } = await start({ dialect })
    const refusal = { status: '402', message: '账号或密码有误!|1' }
    assert.deepEqual(await client.login(dialect, mistyped), refusal)
    assert.deepEqual(await client.login(dialect, stranger), refusal)
    assert.equal(await client.userCode(), 'kingo.guest')
    assert.equal(school.seen.wrongPasswords, 2)
  })

  test(`${dialect}: a captcha is valid for one try, whatever its outcome`, async () => {
    const { school, client } = await start({ dialect })
    const captcha = await client.captcha()
    assert.partialDeepStrictEqual(await client.logon(dialect, mistyped, captcha), { status: '402' })
    assert.partialDeepStrictEqual(await client.logon(dialect, student, captcha), { status: '401' })
    assert.equal(school.seen.refusedCaptchas, 1)
  })

  test(`${dialect}: a login in another dialect is a system error`, async () => {
    const { client } = await start({ dialect })
    for (const other of dialects.filter((one) => one !== dialect)) {
      const captcha = await client.captcha()
      assert.partialDeepStrictEqual(await client.logon(other, student, captcha), { status: '5000' }, other)
    }
  })

  test(`${dialect}: the login page shows only its own dialect`, async () => {
    const { client } = await start({ dialect })
    const page = await client.text('/cas/login.action')
    assert.equal(page.includes('SetKingoEncypt.jsp'), dialect === 'k3')
    assert.equal(page.includes('"_u" + randnumber'), dialect !== 'k1')
    assert.equal(page.includes('"username": username'), dialect === 'k1')
    assert.equal(page.includes('type: "GET"'), dialect === 'k2-get')
    assert.equal((await client.call('/custom/js/SetKingoEncypt.jsp')).status, dialect === 'k3' ? 200 : 404)
  })
}

test('K2 requires the captcha in the names of the fields, and the session id next to the user name', async () => {
  const { client } = await start({ dialect: 'k2-post' })
  const captcha = await client.captcha()
  const text = client.k2Text(student, captcha)
  const digest = passwordDigest(student.schoolPassword, captcha)
  const elsewhere = Buffer.from(`${student.studentNumber};;0123`).toString('base64')
  for (const wrong of [
    text.replace(`_p${captcha}`, '_p'),
    text.replace('&isPasswordPolicy=1', ''),
    `_u${captcha}=${elsewhere}&_p${captcha}=${digest}&randnumber=${captcha}&isPasswordPolicy=1`,
  ]) {
    await client.captcha()
    assert.partialDeepStrictEqual(await (await client.post(wrong)).json(), { status: '5000' })
  }
})

test('K3 requires a fresh key, the token of its text, and a correct password policy', async () => {
  const { client } = await start({ dialect: 'k3' })
  const described = async (traits: string) => client.k3Form(client.k2Text(student, await client.captcha()) + traits)
  const rightTraits = '&txt_mm_expression=4&txt_mm_length=7&txt_mm_userzh=0'
  const used = await described(rightTraits)
  assert.partialDeepStrictEqual(await (await client.post(used)).json(), { status: '200' })
  for (const wrong of [
    used,
    (await described(rightTraits)).replace(/token=\w/, 'token=x'),
    (await described(rightTraits)).replace(/timestamp=\d/, 'timestamp=1'),
    await described('&txt_mm_expression=12&txt_mm_length=7&txt_mm_userzh=0'),
    await described('&txt_mm_expression=4'),
  ]) {
    assert.partialDeepStrictEqual(await (await client.post(wrong)).json(), { status: '5000' })
  }
})

test('locks an account for a while after five wrong passwords in a row; a right one resets the count', async () => {
  let now = Date.UTC(2017, 2, 25)
  const { client } = await start({ now: () => now, lockMs: 120_000 })
  const tries = async (count: number) => {
    for (let n = 1; n <= count; n++) {
      assert.deepEqual(await client.login('k1', mistyped), { status: '402', message: `账号或密码有误!|${n}` })
    }
  }
  await tries(4)
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '200' })
  await tries(4)
  const locked = { status: '402', message: '账号已被锁定，请于2分钟后再试!|5' }
  assert.deepEqual(await client.login('k1', mistyped), locked)
  assert.deepEqual(await client.login('k1', student), locked)
  now += 120_000
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '200' })
})

test('does not log in locked students or those who need a code from their phone', async () => {
  const { school, client } = await start()
  school.addStudent({ studentNumber: '201800001', schoolPassword: 'a', state: 'locked' })
  school.addStudent({ studentNumber: '201800002', schoolPassword: 'b', state: 'step-up' })
  const locked = await client.login('k1', { studentNumber: '201800001', schoolPassword: 'a' })
  assert.match(JSON.stringify(locked), /锁定/)
  const stepUp = await client.login('k1', { studentNumber: '201800002', schoolPassword: 'b' })
  assert.partialDeepStrictEqual(stepUp, { status: '505' })
  assert.equal(await client.userCode(), 'kingo.guest')
})

test('sessions are independent', async () => {
  const { school, client } = await start()
  const other = new TestClient(school.url)
  await client.login('k1', student)
  assert.equal(await other.userCode(), 'kingo.guest')
  await client.captcha()
  assert.partialDeepStrictEqual(await other.logon('k1', student, '1234'), { status: '401' })
})

test('a site behind a load balancer adds the route to its session ids and sets a cookie', async () => {
  const { client } = await start({ dialect: 'k2-post', sessionRoute: 'kingo', balancerCookie: true })
  assert.partialDeepStrictEqual(await client.login('k2-post', student), { status: '200' })
  assert.match(client.cookies.get('JSESSIONID') ?? '', /^[0-9A-F]{32}\.kingo$/)
  assert.match(client.cookies.get('SERVERID') ?? '', /^[0-9a-f]{32}$/)
})

test('a site without a web root serves from /', async () => {
  const { school, client } = await start({ webRoot: '' })
  assert.match(school.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.partialDeepStrictEqual(await client.login('k1', student), { status: '200' })
})

test('serves nothing outside the web root', async () => {
  const { school } = await start()
  const { origin } = new URL(school.url)
  for (const path of ['/', '/cas/login.action', '/tscjwx/cas/login.action', '/tscjw/else', '/__control']) {
    assert.equal((await fetch(origin + path, { redirect: 'manual' })).status, 404, path)
  }
})

for (const labelled of [true, false]) {
  test(`sends GBK pages and responses, ${labelled ? 'with' : 'without'} a charset`, async () => {
    const { client } = await start({ encoding: 'gbk', labelled })
    const decode = async (answer: Response) => new TextDecoder('gbk').decode(await answer.arrayBuffer())
    const page = await client.call('/cas/login.action')
    assert.equal(page.headers.get('content-type'), labelled ? 'text/html;charset=GBK' : 'text/html')
    assert.match(await decode(page), /教务网络管理系统/)
    const body = `username=1&password=2&randnumber=${await client.captcha()}&isPasswordPolicy=1`
    assert.match(await decode(await client.post(body)), /账号或密码有误/)
  })
}

test('logs every request and no secret', async () => {
  const { school, client } = await start({ dialect: 'k2-get' })
  const captcha = await client.captcha()
  await client.logon('k2-get', student, captcha)
  const digest = passwordDigest(student.schoolPassword, captcha)
  assert.deepEqual(school.requests.at(-1), {
    method: 'GET',
    path: '/tscjw/cas/logon.action',
    step: 'logon',
    fault: undefined,
  })
  assert.ok(!JSON.stringify(school.requests).includes(digest))
})
