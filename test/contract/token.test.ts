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

test('returns no token without credentials', async () => {
  assertUnauthorized(await api.get('/token', nobody), 'Basic')
})

test('returns no token for wrong credentials', async () => {
  assertUnauthorized(await api.get('/token', basic(ann.username, 'a wrong password')), 'Basic')
  assertUnauthorized(await api.get('/token', basic(ann.stu_id, 'a wrong password')), 'Basic')
  assertUnauthorized(await api.get('/token', basic(`${ann.username}x`, ann.password)), 'Basic')
})

test('rejects a token in place of the password, and the challenge names the scheme that was used', async () => {
  assertUnauthorized(await api.get('/token', basic(ann.token, '')), 'Basic')
  assertUnauthorized(await api.get('/token', bearer(ann.token)), 'Bearer')
})

test('rejects a password as a Bearer token', async () => {
  assertUnauthorized(await api.get('/token', bearer(ann.password)), 'Bearer')
})

test('returns a token that fits into Basic, and its lifetime in seconds', async () => {
  for (const as of [ann.withPassword, basic(ann.stu_id, ann.password)]) {
    const { token, expiration } = tokenOf(await api.get('/token', as))
    assert.match(token, /^[\w.~+/=-]+$/, 'a token68, without a colon')
    assert.ok(Number.isSafeInteger(expiration) && expiration > 0)
    assert.equal((await api.get('/studys', bearer(token))).status, 200)
    assert.equal((await api.get('/studys', basic(token, ''))).status, 200)
  }
})

test('a token authenticates its own account', async () => {
  const bob = await api.register()
  for (const account of [ann, bob]) {
    for (const as of [bearer(account.token), basic(account.token, '')]) {
      assert.equal(recordOf(await api.post('/studys/', as), 201).creator, account.user.url)
    }
  }
})

test('an older token stays valid beside a newer one', async () => {
  const newer = tokenOf(await api.get('/token', ann.withPassword))
  for (const token of [ann.token, newer.token]) assert.equal((await api.get('/studys', bearer(token))).status, 200)
})
