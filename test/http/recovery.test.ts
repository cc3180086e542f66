import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshName } from '../contract/api.ts'
import { assertError, assertUnauthorized } from '../contract/assert-error.ts'
import { basic, bearer } from '../contract/client.ts'
import { idOf, userOf } from '../contract/resources.ts'
import { type Newcomer, openCampus } from './campus.ts'

const campus = openCampus()
const unknown = '该学号还没有注册，请先注册。'

test('reveals that a student number is not registered only to students verified by the school', async () => {
  const stranger = campus.newcomer()
  assertError(await campus.post('/recover', { ...stranger, stu_pwd: 'wrong' }), 400, '402, 账号或密码错误')
  assertError(await campus.post('/recover', stranger), 404, unknown)
})

test('a recovery returns the user, changes the password and invalidates every token', async () => {
  const known = await campus.register()
  const before = userOf(await campus.send('GET', '/users/me', { as: bearer(known.token) }))
  const changed = { ...known, password: 'a password that is new' }
  const user = userOf(await campus.post('/recover', { ...changed, username: 'is ignored' }))
  assert.deepEqual({ ...user, last_seen: '' }, { ...before, last_seen: '' })
  assertUnauthorized(await campus.send('GET', '/users/me', { as: bearer(known.token) }), 'Bearer')
  assertUnauthorized(await campus.send('GET', '/token', { as: basic(known.username, known.password) }), 'Basic')
  await campus.tokenOf(changed)
  await campus.tokenOf({ username: known.stu_id, password: changed.password })
  await campus.assertStoredNowhere([known.stu_id, known.stu_pwd, known.password, changed.password])
})

test('rejects an unacceptable new password, and keeps the old one', async () => {
  const known = await campus.register()
  const logons = campus.school.seen.logons
  const weak = ['seven-7', 'x9-'.repeat(342), 'password', 'lone surrogate \ud800']
  for (const password of weak) assertError(await campus.post('/recover', { ...known, password }), 400, /密码/)
  assert.equal(campus.school.seen.logons, logons)
  assertError(await campus.post('/recover', { ...known, password: known.username.toUpperCase() }), 400, /用户名/)
  await campus.tokenOf(known)
})

test('of many concurrent recoveries, one password remains valid', async () => {
  const known = await campus.register()
  const tries = Array.from({ length: 6 }, (_, at) => ({ ...known, password: `a password of try ${at}` }))
  const replies = await Promise.all(tries.map((body) => campus.post('/recover', body)))
  assert.deepEqual([...new Set(replies.map(({ status }) => status))], [200])
  const logins = await Promise.all(
    tries.map(({ username, password }) => campus.send('GET', '/token', { as: basic(username, password) })),
  )
  assert.equal(logins.filter(({ status }) => status === 200).length, 1)
})

/** Uses the password of the header, unless another one is given. */
function rebind(as: ReturnType<typeof basic>, { stu_id, stu_pwd }: Newcomer, password = passwordIn(as)) {
  return campus.post('/users/me/student-number', { stu_id, stu_pwd, password }, { as })
}

function passwordIn({ authorization = '' }: Record<string, string>): string {
  const pair = Buffer.from(authorization.replace(/^\w+ /, ''), 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1) || 'any password'
}

test('an account moves to another number, and the old one becomes free', async () => {
  const [known, graduate] = [await campus.register(), campus.newcomer()]
  const user = userOf(await rebind(basic(known.username, known.password), graduate))
  assert.equal(user.username, known.username)
  await campus.tokenOf({ username: graduate.stu_id, password: known.password })
  assertError(await campus.send('GET', '/token', { as: basic(known.stu_id, known.password) }), 401)
  assertError(await campus.post('/recover', { ...known, password: 'a password that is new' }), 404, unknown)
  assert.equal((await campus.post('/register', { ...known, username: freshName() })).status, 201)
  const recovered = userOf(await campus.post('/recover', { ...graduate, password: 'a password that is new' }))
  assert.equal(recovered.url, user.url)
  await campus.assertStoredNowhere([known.stu_id, graduate.stu_id, graduate.stu_pwd])
})

test('only the password of the account can rebind it: no credentials, a token and a wrong password are rejected', async () => {
  const [known, graduate] = [await campus.register(), campus.newcomer()]
  const logons = campus.school.seen.logons
  assertUnauthorized(await rebind({}, graduate), 'Basic')
  assertUnauthorized(await rebind(bearer(known.token), graduate), 'Bearer')
  assertUnauthorized(await rebind(basic(known.token, ''), graduate), 'Basic')
  assertUnauthorized(await rebind(basic(known.username, 'not the password'), graduate), 'Basic')
  assert.equal(campus.school.seen.logons, logons)
})

test('a cached header is not enough to rebind', async () => {
  const [known, graduate] = [await campus.register(), campus.newcomer()]
  const as = basic(known.username, known.password)
  const { stu_id, stu_pwd } = graduate
  const logons = campus.school.seen.logons
  for (const password of [undefined, null, '', 7]) {
    const body = { stu_id, stu_pwd, password }
    assertError(await campus.post('/users/me/student-number', body, { as }), 400, '缺少必要参数。')
  }
  assertUnauthorized(await rebind(as, graduate, 'not the password'), 'Basic')
  assert.equal(campus.school.seen.logons, logons)
  await campus.tokenOf({ username: known.stu_id, password: known.password })
})

test('another student number invalidates every token', async () => {
  const [known, graduate] = [await campus.register(), campus.newcomer()]
  const as = basic(known.username, known.password)
  userOf(await rebind(as, graduate))
  assertUnauthorized(await campus.send('GET', '/users/me', { as: bearer(known.token) }), 'Bearer')
  assert.equal((await campus.send('GET', '/users/me', { as })).status, 200)
})

test('a taken, malformed or unverified number leaves the account unchanged', async () => {
  const [known, other, graduate] = [await campus.register(), await campus.register(), campus.newcomer()]
  const as = basic(known.username, known.password)
  assertError(await rebind(as, other), 400, '该学号被注册，可以试试找回密码。')
  assertError(await rebind(as, { ...graduate, stu_id: '12345678' }), 400, '学号应该是一个十位数或是九位数.')
  assertError(await rebind(as, { ...graduate, stu_pwd: '' }), 400, '缺少必要参数。')
  assertError(await rebind(as, { ...graduate, stu_pwd: 'wrong' }), 400, '402, 账号或密码错误')
  campus.school.setFault({ name: 'maintenance', at: 'every' })
  try {
    assertError(await rebind(as, graduate), 503)
  } finally {
    campus.school.setFault(undefined)
  }
  await campus.tokenOf({ username: known.stu_id, password: known.password })
  assert.equal(userOf(await rebind(as, known)).username, known.username)
})

test('of two accounts that bind one number at once, one succeeds', async () => {
  const graduate = campus.newcomer()
  const accounts = [await campus.register(), await campus.register(), await campus.register()]
  const replies = await Promise.all(
    accounts.map(({ username, password }) => rebind(basic(username, password), graduate)),
  )
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 400, 400])
  const winner = replies.find(({ status }) => status === 200)
  assert.ok(winner)
  const { token } = { token: await campus.tokenOf({ username: graduate.stu_id, password: passwordOf(winner.text) }) }
  const { url } = userOf(await campus.send('GET', '/users/me', { as: bearer(token) }))
  assert.equal(idOf(url), idOf(userOf(winner).url))

  function passwordOf(text: string): string {
    return accounts.find(({ username }) => text.includes(username))?.password ?? ''
  }
})
