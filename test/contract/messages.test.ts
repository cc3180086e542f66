import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized, errorText } from './assert-error.ts'
import { basic, basicBytes, bearer, type Credentials, nobody, type Reply } from './client.ts'
import { protectedRoutes } from './routes.ts'

const api = openApi()
let ann: Account
before(async () => {
  ann = await api.register()
})

/** The message, also in English, names each of these. */
async function assertNames(names: readonly string[], ask: (headers: Record<string, string>) => Promise<Reply>) {
  for (const language of ['zh', 'en']) {
    const message = errorText(await ask({ 'accept-language': language }))
    for (const name of names) assert.ok(message.includes(name), `${message} names no ${name}`)
  }
}

test('every route that requires credentials says in its 401 that they are missing', async () => {
  const record = await api.start(ann)
  const none: Credentials[] = [
    nobody,
    basic('', ''),
    ...['Basic', 'bearer', ''].map((authorization) => ({ authorization })),
  ]
  for (const [method, path] of protectedRoutes(ann, record)) {
    for (const as of none) assertError(await api.send(method, path, { as }), 401, /没有带登录信息/)
  }
  const headers = { 'accept-language': 'en' }
  assertError(await api.send('GET', '/studys', { headers }), 401, /credentials are missing/)
})

test('a 401 distinguishes malformed credentials from wrong ones', async () => {
  const gbk = basicBytes(Uint8Array.from([0xd5, 0xc5, 0x3a, 0x61]))
  for (const as of [gbk, { authorization: 'Digest username="ann"' }, { authorization: 'Basic !!!' }]) {
    assertError(await api.get('/studys', as), 401, /Authorization/)
  }
  for (const as of [basic(ann.username, 'a wrong one'), bearer('x'), basic('x', '')]) {
    assertError(await api.get('/studys', as), 401, /账号、密码或令牌无效/)
  }
})

test('a 401 for a token says where only the password is accepted', async () => {
  const reply = await api.get('/token', ann.as)
  assertUnauthorized(reply, 'Bearer')
  assertError(reply, 401, /密码/)
  assert.doesNotMatch(errorText(reply), /无效/)
})

const queries: readonly (readonly [path: string, query: string, names: readonly string[]])[] = [
  ['/studys', 'per_page=0', ['per_page']],
  ['/studys', 'per_page=ten', ['per_page']],
  ['/studys', 'per_page=5&page=-1', ['page']],
  ['/studys', 'page=1&page=2', ['page']],
  ['/studys', 'order=newest', ['order']],
  ['/studys', 'running=maybe', ['running']],
  ['/studys', 'cursor=x', ['cursor']],
  ['/studys', `cursor=${'x'.repeat(65)}`, ['cursor']],
  ['own', 'from=2017-03-25', ['from']],
  ['own', 'to=2017-02-30%2000:00:00', ['to', 'YYYY-MM-DD HH:mm:ss']],
  ['own', 'from=2017-03-25%2000:00:00&to=2017-03-24%2000:00:00', ['from', 'to']],
]

for (const [path, query, names] of queries) {
  test(`a 400 for the query ${query.slice(0, 60)} names ${names}`, async () => {
    const list = path === 'own' ? `/users/${ann.id}/studys/` : path
    await assertNames(names, (headers) => api.send('GET', `${list}?${query}`, { as: ann.as, headers }))
  })
}

test('a 400 for a time in a body names the parameter', async () => {
  const { id } = await api.start(ann)
  for (const time of ['now', '2017-02-30 00:00:00', 5, [], {}]) {
    const [start, end] = [{ start_time: time }, { end_time: time }]
    await assertNames(['start_time'], (headers) => api.send('POST', '/studys/', { as: ann.as, headers, json: start }))
    await assertNames(['end_time'], (headers) => api.send('PUT', `/studys/${id}`, { as: ann.as, headers, json: end }))
  }
})
