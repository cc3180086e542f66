import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshName, freshPassword, openApi } from './api.ts'
import { assertError } from './assert-error.ts'
import { basic, nobody } from './client.ts'
import { userOf } from './resources.ts'
import { assertNow } from './wire-time.ts'

const MISSING = '缺少必要参数。'
const BAD_NUMBER = '学号应该是一个十位数或是九位数.'
const NAME_TAKEN = '用户已经存在。'
const NUMBER_TAKEN = '该学号被注册，可以试试找回密码。'
const REFUSED = '402, 账号或密码错误'

const api = openApi()

for (const parameter of ['username', 'password', 'stu_id', 'stu_pwd'] as const) {
  test(`requires ${parameter} as a non-empty string`, async () => {
    const { [parameter]: _, ...others } = api.freshRegistration()
    assertError(await api.post('/register', nobody, others), 400, MISSING)
    for (const value of ['', null, 1234567890, 0, true, false, [], ['text'], {}]) {
      assertError(await api.post('/register', nobody, { ...others, [parameter]: value }), 400, MISSING)
    }
  })
}

test('an empty object lacks every parameter', async () => {
  assertError(await api.post('/register', nobody, {}), 400, MISSING)
})

test('rejects a missing body and one that is not an object', async () => {
  for (const body of ['[]', '["username"]', '"text"', 'null', '1', 'true']) {
    const headers = { 'content-type': 'application/json' }
    assertError(await api.send('POST', '/register', { body, headers }), 400)
  }
  assertError(await api.post('/register', nobody), 400)
})

test('a student number has nine or ten digits', async () => {
  const registration = api.freshRegistration()
  const wrong = ['1', '12345678', '12345678901', '12345678a', 'abcdefghij', '-123456789', '+12345678', '1234567.9']
  for (const stu_id of [...wrong, '123456789\n', ' 123456789', '1234 56789', '0x12345678']) {
    assertError(await api.post('/register', nobody, { ...registration, stu_id }), 400, BAD_NUMBER)
  }
})

test('accepts nine digits as a student number, which the school may not know', async () => {
  const reply = await api.sendRegistration({ ...api.freshRegistration(), stu_id: '000000000' })
  assertError(reply, 400, REFUSED)
})

test('asks the school live, and creates no account if it refuses', async () => {
  const registration = api.freshRegistration()
  const { username, password, stu_id, stu_pwd } = registration
  assertError(await api.sendRegistration({ ...registration, stu_pwd: `${stu_pwd}x` }), 400, REFUSED)
  assertError(await api.get('/token', basic(username, password)), 401)
  assertError(await api.get('/token', basic(stu_id, password)), 401)
  assert.equal(userOf(await api.sendRegistration(registration), 201).username, username)
})

test('returns the new user with its Location and without secrets', async () => {
  const registration = api.freshRegistration()
  const reply = await api.sendRegistration(registration)
  const user = userOf(reply, 201)
  assert.equal(user.username, registration.username)
  assert.equal(reply.headers.get('location'), user.url)
  assertNow(user.member_since)
  assertNow(user.last_seen)
  for (const secret of [registration.password, registration.stu_id, registration.stu_pwd]) {
    assert.ok(!reply.text.includes(secret))
  }
  for (const login of [registration.username, registration.stu_id]) {
    const read = userOf(await api.get(user.url, basic(login, registration.password)))
    assert.deepEqual({ ...read, last_seen: '' }, { ...user, last_seen: '' })
    assertNow(read.last_seen)
  }
})

test('ignores fields that the contract does not name', async () => {
  const registration = { ...api.freshRegistration(), email: 'a@b.c', id: 1, member_since: '1999-01-01 00:00:00' }
  assertNow(userOf(await api.sendRegistration(registration), 201).member_since)
})

test('a student number has one account', async () => {
  const { stu_id, stu_pwd } = await api.register()
  const again = { ...api.freshRegistration(), stu_id, stu_pwd }
  assertError(await api.sendRegistration(again), 400, NUMBER_TAKEN)
  assertError(await api.get('/token', basic(again.username, again.password)), 401)
})

test('a user name is unique regardless of case, width and normal form', async () => {
  const tail = freshName('é')
  await api.register({ username: `Ünïcode Straße Ａb１ ${tail}`.normalize('NFC') })
  const variants = [
    `Ünïcode Straße Ａb１ ${tail}`.normalize('NFC'),
    `Ünïcode Straße Ａb１ ${tail}`.normalize('NFD'),
    `ünïcode straße ａb１ ${tail}`,
    `ÜNÏCODE STRASSE ＡB１ ${tail}`,
    `Ünïcode Straße Ab1 ${tail}`,
    `Ünïｃｏｄｅ Straße ab１ ${tail}`,
  ]
  const student = api.freshRegistration()
  for (const username of variants) {
    assertError(await api.post('/register', nobody, { ...student, username }), 400, NAME_TAKEN)
  }
})

test('a name taken in full width is taken in half width', async () => {
  const tail = freshName('宽')
  await api.register({ username: `ＭＩＡ${tail}` })
  const student = api.freshRegistration()
  for (const username of [`MIA${tail}`, `mia${tail}`, `ｍｉａ${tail}`]) {
    assertError(await api.post('/register', nobody, { ...student, username }), 400, NAME_TAKEN)
  }
})

test('reports errors in the order of the contract', async () => {
  const ann = await api.register()
  const everythingWrong = { username: ann.username, password: '', stu_id: 'none', stu_pwd: 'wrong' }
  assertError(await api.post('/register', nobody, everythingWrong), 400, MISSING)
  const numberWrong = { ...everythingWrong, password: freshPassword() }
  assertError(await api.post('/register', nobody, numberWrong), 400, BAD_NUMBER)
  const nameTaken = { ...numberWrong, stu_id: ann.stu_id }
  assertError(await api.post('/register', nobody, nameTaken), 400, NAME_TAKEN)
  const refused = { ...nameTaken, username: freshName() }
  assertError(await api.sendRegistration(refused), 400, REFUSED)
  assertError(await api.sendRegistration({ ...refused, stu_pwd: ann.stu_pwd }), 400, NUMBER_TAKEN)
})

test('reveals whether a number is registered only to students verified by the school', async () => {
  const [ann, newcomer] = [await api.register(), api.freshRegistration()]
  for (const { stu_id } of [ann, newcomer]) {
    const stranger = { ...api.freshRegistration(), stu_id, stu_pwd: 'wrong' }
    assertError(await api.sendRegistration(stranger), 400, REFUSED)
  }
})

test('a repeated registration returns the account, in any spelling of its name', async () => {
  const ann = await api.register()
  const { username, password, stu_id, stu_pwd } = ann
  for (const again of [username, username.toUpperCase()]) {
    const reply = await api.post('/register', nobody, { username: again, password, stu_id, stu_pwd })
    assert.equal(userOf(reply).url, ann.user.url)
    assert.equal(reply.headers.get('location'), ann.user.url)
  }
  // The school is not asked: the password there may have changed.
  assert.equal(userOf(await api.post('/register', nobody, { ...ann, stu_pwd: 'another' })).url, ann.user.url)
})

test('rejects a taken name with another number or password', async () => {
  const [ann, bob] = [await api.register(), await api.register()]
  const { username, password, stu_id, stu_pwd } = ann
  for (const other of [
    { password: freshPassword() },
    { stu_id: bob.stu_id },
    { stu_id: api.freshRegistration().stu_id },
  ]) {
    const again = { username, password, stu_id, stu_pwd, ...other }
    assertError(await api.post('/register', nobody, again), 400, NAME_TAKEN)
  }
})

test('many identical registrations at once create one account, and each returns it', async () => {
  const registration = api.freshRegistration()
  const replies = await Promise.all(Array.from({ length: 5 }, () => api.sendRegistration(registration)))
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 200, 200, 201])
  assert.equal(new Set(replies.map(({ body }) => (body as { url: string }).url)).size, 1)
})
