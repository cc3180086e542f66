import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, errorText } from './assert-error.ts'
import { nobody, send } from './client.ts'
import { exchangeAfterSending } from './raw-http.ts'
import { recordOf, type StudyRecord } from './resources.ts'
import { ABSENT_IDS } from './routes.ts'

const api = openApi()
let ann: Account
let record: StudyRecord

const json = { 'content-type': 'application/json' }

before(async () => {
  ann = await api.register()
  record = await api.start(ann)
})

test('returns 404 for an unknown path, with and without credentials, for every method and body', async () => {
  const paths = ['/', '/study', '/users', '/studys/1/2', '/users/1/study', '//studys', '/STUDYS', '/studys;x', '/.env']
  for (const path of [...paths, `/${'x'.repeat(5000)}`]) {
    assertError(await api.get(path, ann.as), 404)
    assertError(await api.get(path, nobody), 404)
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const [type, body] of [
      ['application/json', '{'],
      ['text/plain', 'text'],
    ] as const) {
      assertError(await api.send(method, '/nothing', { as: ann.as, headers: { 'content-type': type }, body }), 404)
    }
  }
  for (const path of ['/api', '/api/v1.0', '/api/v1', '/api/v2.0/studys', '/api/v1x0/studys']) {
    assertError(await send('GET', `${api.origin}${path}`), 404)
  }
})

test('an id has one spelling: no other text names a record or a user', async () => {
  const others = ['01', '+1', '1.0', '1%20', '%001', '1%00', '9223372036854775807', '9223372036854775808', '1e0', 'NaN']
  for (const id of [...ABSENT_IDS, ...others, '9007199254740993', '１', '1,2', "1'--", 'x'.repeat(300)]) {
    for (const path of [`/studys/${id}`, `/users/${id}`, `/users/${id}/studys/`]) {
      assertError(await api.get(path, ann.as), 404)
    }
    assertError(await api.put(`/studys/${id}`, ann.as), 404)
  }
})

test('accepts a percent-encoded path, and rejects one that cannot be decoded', async () => {
  assert.deepEqual(recordOf(await api.get(`/%73tudys/${record.id}`, ann.as)), record)
  for (const path of ['/%zz', '/users/%', '/studys/%ff', '/studys/%c0%af']) {
    const reply = await api.get(path, ann.as)
    assert.ok(reply.status === 400 || reply.status === 404, reply.text)
    errorText(reply)
  }
})

test('returns 405 with the allowed methods, with and without credentials', async () => {
  const taken: readonly [path: string, methods: readonly string[]][] = [
    ['/register', ['POST']],
    ['/token', ['GET']],
    ['/studys', ['GET', 'POST']],
    [`/studys/${record.id}`, ['GET', 'PUT', 'PATCH', 'DELETE']],
    ['/users/me', ['GET', 'PUT', 'DELETE']],
    ['/users/me/studys', ['GET']],
    ['/users/me/settings', ['GET', 'PUT']],
    ['/studys/running/heartbeat', ['POST']],
    [`/users/${ann.id}`, ['GET']],
    [`/users/${ann.id}/studys/`, ['GET']],
  ]
  for (const [path, methods] of taken) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      if (methods.includes(method)) continue
      for (const as of [ann.as, nobody]) {
        for (const slash of [path.replace(/\/$/, ''), `${path.replace(/\/$/, '')}/`]) {
          const reply = await api.send(method, slash, { as })
          assertError(reply, 405)
          const allow = reply.headers.get('allow')?.split(/, */) ?? []
          for (const each of methods) assert.ok(allow.includes(each), `${slash} allows ${allow}`)
          assert.ok(!allow.includes(method))
        }
      }
    }
  }
  assertError(await api.send('DELETE', '/studys', { headers: json, body: '{' }), 405)
  assertError(await api.send('DELETE', '/%73tudys'), 405)
})

test('HEAD responds like GET, without the body', async () => {
  for (const path of ['/studys', `/studys/${record.id}`, `/users/${ann.id}`, `/users/${ann.id}/studys/`]) {
    const { status, text, headers } = await api.send('HEAD', path, { as: ann.as })
    assert.deepEqual([status, text], [200, ''])
    const got = await api.get(path, ann.as)
    for (const name of ['content-type', 'content-length']) assert.equal(headers.get(name), got.headers.get(name))
  }
  assert.equal((await api.send('HEAD', '/studys')).status, 401)
  assert.equal((await api.send('HEAD', '/nothing')).status, 404)
})

test('returns 413 for a body over the limit, however it is sent, and starts nothing', async () => {
  const { count } = await api.records(ann)
  const body = JSON.stringify({ note: 'x'.repeat(2 ** 20) })
  for (const path of ['/studys/', '/register']) {
    assertError(await api.send('POST', path, { as: ann.as, headers: json, body }), 413)
  }
  assert.equal((await api.records(ann)).count, count)
})

test('a client that sends a whole body that is far too large before it reads gets the 413', async () => {
  const size = 2 ** 23
  const head = [
    'POST /api/v1.0/register HTTP/1.1',
    `Host: ${new URL(api.origin).host}`,
    'Content-Type: application/json',
    `Content-Length: ${size}`,
  ]
  assertError(await exchangeAfterSending(api.origin, `${head.join('\r\n')}\r\n\r\n${'x'.repeat(size)}`), 413)
})

test('returns 415 for a body that is not JSON in UTF-8', async () => {
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json']
  const charsets = ['gbk', '"gb18030"', 'latin1', 'UTF-16'].map((charset) => `application/json; charset=${charset}`)
  for (const type of [...types, ...charsets, 'application/jsonx', 'application/xml', 'nonsense', '*/*']) {
    for (const path of ['/studys/', '/register']) {
      const call = { as: ann.as, headers: { 'content-type': type }, body: '{"start_time":null}' }
      assertError(await api.send('POST', path, call), 415)
    }
    const call = { as: ann.as, headers: { 'content-type': type }, body: 'text' }
    assertError(await api.send('PUT', `/studys/${record.id}`, call), 415)
  }
  assert.deepEqual(await api.record(ann, record.id), record)
})

test('recognizes JSON by its media type alone, in any case and with any parameters', async () => {
  const types = ['application/json', 'Application/JSON', 'application/json;charset=utf-8', 'application/json; foo=bar']
  for (const type of [...types, 'application/json; charset="UTF-8"', 'application/json ; charset=Utf-8']) {
    const headers = { 'content-type': type }
    recordOf(await api.send('POST', '/studys/', { as: ann.as, headers, body: '{}' }), 201)
  }
  const untyped = { as: ann.as, body: Buffer.from('{}') }
  assertError(await api.send('POST', '/studys/', untyped), 415)
})

const brokenBodies: readonly (readonly [what: string, body: string | Uint8Array<ArrayBuffer>])[] = [
  ['half an object', '{"start_time": '],
  ['a trailing comma', '{"a": 1,}'],
  ['single quotes', "{'a': 1}"],
  ['two values', '{}{}'],
  ['a form', 'start_time=2017-03-25+11:55:47'],
  ['invalid UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', Uint8Array.from(Buffer.from('{"a":1}', 'utf16le'))],
  ['an array', '[]'],
  ['a string', '"{}"'],
  ['a number', '1e999'],
  ['arrays nested without end', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ['nesting that is never closed', '{"a":'.repeat(12_000)],
]

for (const [what, body] of brokenBodies) {
  test(`returns 400 for a body of ${what} on every route that takes one`, async () => {
    assertError(await api.send('POST', '/studys/', { as: ann.as, headers: json, body }), 400, /JSON 对象/)
    assertError(await api.send('PUT', `/studys/${record.id}`, { as: ann.as, headers: json, body }), 400, /JSON 对象/)
    assertError(await api.send('POST', '/register', { headers: json, body }), 400, /JSON 对象/)
  })
}

test('a body of null has no parameters', async () => {
  recordOf(await api.send('POST', '/studys/', { as: ann.as, headers: json, body: 'null' }), 201)
  recordOf(await api.send('PUT', `/studys/${record.id}`, { as: ann.as, headers: json, body: 'null' }))
  assertError(await api.send('POST', '/register', { headers: json, body: 'null' }), 400, '缺少必要参数。')
})

test('unusual but valid JSON causes no server error', async () => {
  const odd = [
    '\ufeff{}',
    '{"a":{"a":'.repeat(3000) + 1 + '}}'.repeat(3000),
    '{"\\ud800":1}',
    ' {\n} ',
    '{"a":1,"a":2}',
  ]
  const prototypes = ['{"__proto__":{"start_time":1}}', '{"constructor":{"prototype":{}}}']
  for (const body of [...odd, ...prototypes, '{"start_time":"\\u0000"}']) {
    const reply = await api.send('POST', '/studys/', { as: ann.as, headers: json, body })
    assert.ok(reply.status === 201 || reply.status === 400, `${reply.status} for ${body.slice(0, 40)}`)
    if (reply.status === 400) errorText(reply)
  }
})
