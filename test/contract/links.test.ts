import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { type Credentials, send } from './client.ts'
import { exchange, request } from './raw-http.ts'
import { pageOf, recordOf, type StudyRecord, userOf } from './resources.ts'
import { ago, instant } from './wire-time.ts'

const api = openApi()
let ann: Account
let record: StudyRecord

before(async () => {
  ann = await api.register()
  record = await api.start(ann)
})

function asked(host: string, path: string, ...headers: string[]) {
  const head = [`GET /api/v1.0${path} HTTP/1.1`, `Host: ${host}`, `Authorization: ${ann.as.authorization}`]
  return exchange(api.origin, request([...head, ...headers]))
}

test('every URL in a body works', async () => {
  const { url, studys } = ann.user
  assert.equal(userOf(await api.get(url, ann.as)).url, url)
  const [first] = pageOf(await api.get(studys, ann.as)).studys
  assert.deepEqual(first, record)
  assert.deepEqual(recordOf(await api.get(record.url, ann.as)), record)
  assert.equal(userOf(await api.get(record.creator, ann.as)).url, url)
  for (const each of [url, studys, record.url, record.creator]) assert.ok(each.startsWith(`${api.origin}/api/v1.0/`))
})

test("links on loopback start with the client's Host", async () => {
  const { port } = new URL(api.origin)
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST:8080', '127.8.9.10', '[::1]:80']) {
    const { url, creator } = recordOf(await asked(host, `/studys/${record.id}`))
    assert.equal(new URL(url).host, new URL(`http://${host}`).host)
    assert.equal(creator, url.replace(/studys\/\d+$/, `users/${ann.id}`))
    const { next } = pageOf(await asked(host, '/studys?per_page=1'))
    if (next) assert.equal(new URL(next).host, new URL(`http://${host}`).host)
  }
})

test('ignores forwarding headers of untrusted clients', async () => {
  const { host } = new URL(api.origin)
  const forged = ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 8.8.8.8']
  const others = ['Forwarded: host=evil.example;proto=https', 'X-Forwarded-Port: 1', 'X-Original-URL: /evil']
  assert.equal(recordOf(await asked(host, `/studys/${record.id}`, ...forged, ...others)).url, record.url)
})

test('serves every path with and without a trailing slash, without a redirect', async () => {
  for (const path of [`/users/${ann.id}`, `/users/${ann.id}/studys`, '/studys', `/studys/${record.id}`]) {
    const [plain, slashed] = [await api.get(path, ann.as), await api.get(`${path}/`, ann.as)]
    assert.deepEqual([plain.status, slashed.status], [200, 200])
    assert.deepEqual(Object.keys(Object(plain.body)), Object.keys(Object(slashed.body)))
  }
  for (const path of ['/token', '/token/']) assert.equal((await api.get(path, ann.withPassword)).status, 200)
  for (const path of ['/studys', '/studys/']) assert.equal((await api.post(path, ann.as)).status, 201)
  const { id } = await api.start(ann)
  for (const path of [`/studys/${id}`, `/studys/${id}/`]) assert.equal((await api.put(path, ann.as)).status, 200)
  for (const path of ['/register', '/register/']) {
    assert.equal((await api.send('POST', path, { json: {} })).status, 400)
    assert.equal((await api.get(path, ann.as)).status, 405)
  }
})

test('responses are UTF-8 JSON and not cached', async () => {
  const replies = [await api.get('/studys', ann.as), await api.get(ann.user.url, ann.as), await api.get('/studys', {})]
  for (const { headers } of replies) {
    assert.match(headers.get('content-type') ?? '', /^application\/json; charset=utf-8$/i)
    assert.match(headers.get('cache-control') ?? '', /no-store/)
    assert.equal(headers.get('x-powered-by'), null)
  }
})

const challenges: readonly (readonly [what: string, as: Credentials, challenge: RegExp])[] = [
  ['no credentials', {}, /^Basic realm="[^"]+", charset="UTF-8"$/],
  [
    'Basic',
    { authorization: `Basic ${Buffer.from('nobody:wrong').toString('base64')}` },
    /^Basic realm="[^"]+", charset="UTF-8"$/,
  ],
  ['Basic in lower case', { authorization: 'basic x' }, /^Basic realm="[^"]+", charset="UTF-8"$/],
  ['Bearer', { authorization: 'Bearer nonsense' }, /^Bearer( |$)/],
  ['Bearer in lower case', { authorization: 'bearer' }, /^Bearer( |$)/],
  ['an unknown scheme', { authorization: 'Digest username="ann"' }, /^Basic /],
]

for (const [what, as, challenge] of challenges) {
  test(`${what} gets one challenge, with the scheme that was used`, async () => {
    for (const path of ['/studys', '/token', ann.user.url, record.url]) {
      const { status, headers } = await api.get(path, as)
      assert.equal(status, 401)
      assert.match(headers.get('www-authenticate') ?? '', challenge)
    }
  })
}

test('every authenticated request updates last_seen, and no other does', async () => {
  const bob = await api.register()
  const seen = async () => userOf(await api.get(bob.user.url, ann.as)).last_seen
  const before = await seen()
  for (const call of [
    () => api.get('/studys', bob.as),
    () => api.get('/studys/999999', bob.as),
    () => api.start(bob),
  ]) {
    await call()
    assert.ok(instant(await seen()) >= instant(before))
    assert.ok(instant(await seen()) >= instant(ago(60_000)))
  }
})

test('a response to an unknown path needs no credentials, and the API does not reveal its software', async () => {
  const { status, headers } = await send('GET', `${api.origin}/api/v1.0/nothing`)
  assert.equal(status, 404)
  assert.equal(headers.get('server'), null)
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
})
