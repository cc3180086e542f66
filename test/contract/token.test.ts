import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertUnauthorized } from './assert-error.ts'
import { basic, bearer, nobody } from './client.ts'
import { recordOf, tokenOf } from './resources.ts'

const api = openApi()
let ann: Account

before(async () => {
  ann = await api.register()
})

test('without credentials there is no token', async () => {
  assertUnauthorized(await api.get('/token', nobody), 'Basic')
})

test('wrong credentials get no token', async () => {
  assertUnauthorized(await api.get('/token', basic(ann.username, 'a wrong password')), 'Basic')
  assertUnauthorized(await api.get('/token', basic(ann.stu_id, 'a wrong password')), 'Basic')
  assertUnauthorized(await api.get('/token', basic(`${ann.username}x`, ann.password)), 'Basic')
})

test('a token does not get another token, and the refusal names the scheme that the client used', async () => {
  assertUnauthorized(await api.get('/token', basic(ann.token, '')), 'Basic')
  assertUnauthorized(await api.get('/token', bearer(ann.token)), 'Bearer')
})

test('a password is no Bearer token', async () => {
  assertUnauthorized(await api.get('/token', bearer(ann.password)), 'Bearer')
})

test('the password gets a token that fits into Basic, and the seconds that it lives', async () => {
  for (const as of [ann.withPassword, basic(ann.stu_id, ann.password)]) {
    const { token, expiration } = tokenOf(await api.get('/token', as))
    assert.match(token, /^[\w.~+/=-]+$/, 'a token68, without a colon')
    assert.ok(Number.isSafeInteger(expiration) && expiration > 0)
    assert.equal((await api.get('/studys', bearer(token))).status, 200)
    assert.equal((await api.get('/studys', basic(token, ''))).status, 200)
  }
})

test('a token stands for its own account', async () => {
  const bob = await api.register()
  for (const account of [ann, bob]) {
    for (const as of [bearer(account.token), basic(account.token, '')]) {
      assert.equal(recordOf(await api.post('/studys/', as), 201).creator, account.user.url)
    }
  }
})

test('an older token lives on beside a newer one', async () => {
  const newer = tokenOf(await api.get('/token', ann.withPassword))
  for (const token of [ann.token, newer.token]) assert.equal((await api.get('/studys', bearer(token))).status, 200)
})
