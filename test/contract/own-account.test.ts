import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { type Account, freshName, freshPassword, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { basic, nobody } from './client.ts'
import { userOf } from './resources.ts'

const api = openApi()
let ann: Account
let bob: Account

before(async () => {
  bob = await api.register()
})

beforeEach(async () => {
  ann = await api.register()
})

const change = (json: unknown, as = ann.as) => api.put('/users/me', as, json)
const leave = (json: unknown, as = ann.as) => api.send('DELETE', '/users/me', { as, json })

test('changes and removes no account without credentials', async () => {
  assertUnauthorized(await change({ password: ann.password, username: freshName() }, nobody), 'Basic')
  assertUnauthorized(await leave({ password: ann.password }, nobody), 'Basic')
})

test("changes and removes nothing with another user's password", async () => {
  assertError(await change({ password: bob.password, username: freshName() }), 401, /密码不对/)
  assertError(await leave({ password: bob.password }), 401, /密码不对/)
  assert.equal(userOf(await api.get('/users/me', ann.withPassword)).username, ann.username)
})

test('a bad body changes and removes nothing', async () => {
  const { password } = ann
  const name = freshName()
  for (const json of [
    undefined,
    {},
    { password },
    { username: name },
    { password: 5, username: name },
    { password, username: 5 },
  ])
    assertError(await change(json), 400, '缺少必要参数。')
  for (const json of [undefined, {}, { password: null }, { password: '' }])
    assertError(await leave(json), 400, '缺少必要参数。')
  for (const json of [[], 'x']) {
    assertError(await change(json), 400)
    assertError(await leave(json), 400)
  }
  for (const username of ['a:b', ' a', 'a\u200bb', 'x'.repeat(65)])
    assertError(await change({ password, username }), 400, /用户名应为/)
  for (const new_password of ['short', 'password123', ann.username])
    assertError(await change({ password, new_password }), 400)
  assertError(await change({ password, new_password: ann.stu_id }), 400, /密码不能与学号相同/)
  assertError(await change({ password, username: bob.username.toUpperCase() }), 400, '用户已经存在。')
  assertError(await change({ password, username: password }), 400, /密码不能与用户名相同/)
  assert.equal(userOf(await api.get('/users/me', ann.withPassword)).username, ann.username)
})

test('a new user name frees the old one at once, and tokens stay valid', async () => {
  const username = freshName('Renamed')
  assert.equal((await api.get('/users/me', ann.withPassword)).status, 200)
  const user = userOf(await change({ password: ann.password, username }))
  assert.deepEqual([user.username, user.url], [username, ann.user.url])
  assertError(await api.get('/users/me', ann.withPassword), 401)
  assert.equal(userOf(await api.get('/users/me', basic(username, ann.password))).username, username)
  assert.equal(userOf(await api.get('/users/me', ann.as)).username, username)
  userOf(await change({ password: ann.password, username: username.toUpperCase() }))
  assert.equal((await api.register({ username: ann.username })).username, ann.username)
})

test('a new password invalidates the old one and every token', async () => {
  const new_password = freshPassword()
  assert.equal(userOf(await change({ password: ann.password, new_password })).username, ann.username)
  for (const as of [ann.as, ann.withPassword]) assertError(await api.get('/users/me', as), 401)
  assert.equal((await api.get('/users/me', basic(ann.username, new_password))).status, 200)
})

test('changes name and password together, or neither', async () => {
  const [username, new_password] = [freshName(), freshPassword()]
  assertError(await change({ password: ann.password, username: bob.username, new_password }), 400)
  assert.equal((await api.get('/users/me', ann.withPassword)).status, 200)
  userOf(await change({ password: ann.password, username, new_password }))
  assert.equal((await api.get('/users/me', basic(username, new_password))).status, 200)
})

test('of concurrent changes confirmed by one password, one succeeds', async () => {
  const passwords = Array.from({ length: 4 }, freshPassword)
  const replies = await Promise.all(passwords.map((new_password) => change({ password: ann.password, new_password })))
  const won = passwords.filter((_, at) => replies[at]?.status === 200)
  assert.equal(won.length, 1)
  assert.equal((await api.get('/users/me', basic(ann.username, won[0] as string))).status, 200)
})

test('removing an account removes its records and frees its number and name', async () => {
  const { id } = await api.start(ann)
  await api.put('/users/me/settings', ann.as, { visibility: 'only_me' })
  await api.send('DELETE', `/studys/${(await api.start(ann)).id}`, { as: ann.as })
  const reply = await leave({ password: ann.password })
  assert.deepEqual([reply.status, reply.text], [204, ''])
  for (const as of [ann.as, ann.withPassword]) assertError(await api.get('/users/me', as), 401)
  for (const path of [`/users/${ann.id}`, `/users/${ann.id}/studys/`, `/studys/${id}`])
    assertError(await api.get(path, bob.as), 404)
  const { username, password, stu_id, stu_pwd } = ann
  const again = await api.register({ username, password, stu_id, stu_pwd })
  assert.notEqual(again.id, ann.id)
  assert.deepEqual(await api.records(again), { count: 0, next: null, prev: null, studys: [] })
})
