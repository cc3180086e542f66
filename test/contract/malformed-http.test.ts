import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, errorText } from './assert-error.ts'
import { exchange, request } from './raw-http.ts'
import { recordOf } from './resources.ts'

const api = openApi()
let ann: Account
let host: string

before(async () => {
  ann = await api.register()
  host = new URL(api.origin).host
})

const lines = (first: string, ...headers: string[]) => [first, `Host: ${host}`, ...headers]
const send = (head: readonly string[], body = '') => exchange(api.origin, request(head, body))
const posted = (...headers: string[]) =>
  lines('POST /api/v1.0/studys/ HTTP/1.1', `Authorization: ${ann.as.authorization}`, ...headers)

const broken: readonly (readonly [what: string, head: () => string[], body?: string])[] = [
  ['a missing request line', () => ['nonsense']],
  ['an unknown method', () => lines('FOO / HTTP/1.1')],
  ['no path', () => lines('GET  HTTP/1.1')],
  ['a version that does not exist', () => lines('GET / HTTP/9.9')],
  ['a header without a colon', () => lines('GET / HTTP/1.1', 'nonsense')],
  ['a space before the colon', () => lines('GET / HTTP/1.1', 'X-A : b')],
  ['a NUL in a header', () => lines('GET / HTTP/1.1', 'X-A: a\0b')],
  ['a lone line feed in a header', () => lines('GET / HTTP/1.1', 'X-A: a\n b')],
  ['a length that is not a number', () => posted('Content-Length: abc'), '{}'],
  ['a negative length', () => posted('Content-Length: -1'), '{}'],
  ['two lengths', () => posted('Content-Length: 0', 'Content-Length: 2'), '{}'],
  ['a length with chunked encoding', () => posted('Content-Length: 5', 'Transfer-Encoding: chunked'), '0\r\n\r\n'],
  ['an unknown encoding', () => posted('Transfer-Encoding: xchunked'), '0\r\n\r\n'],
  ['chunked encoding that is not last', () => posted('Transfer-Encoding: chunked, identity'), '0\r\n\r\n'],
  [
    'a chunk without a size',
    () => posted('Content-Type: application/json', 'Transfer-Encoding: chunked'),
    'zz\r\n\r\n',
  ],
]

for (const [what, head, body] of broken) {
  test(`returns 400 in the standard form for ${what}, and closes the connection`, async () => {
    const reply = await send(head(), body)
    assertError(reply, 400)
    assert.equal(reply.headers.get('connection'), 'close')
  })
}

test('rejects endless headers in the standard form', async () => {
  const reply = await send(lines('GET /healthz HTTP/1.1', `X-Long: ${'x'.repeat(100_000)}`))
  assertError(reply, 431)
  const path = await send(lines(`GET /${'x'.repeat(100_000)} HTTP/1.1`))
  assert.ok(path.status === 414 || path.status === 431, path.text)
  errorText(path)
})

const badHosts = ['', 'a b', 'user@host', 'host/path', 'host?query', '[::1', 'host:port', 'host:99999', 'a,b', '占领']

test('returns 400 for a missing, empty, repeated or malformed Host', async () => {
  assertError(await send(['GET /api/v1.0/studys HTTP/1.1', `Authorization: ${ann.as.authorization}`]), 400)
  for (const bad of badHosts) assertError(await send(['GET /api/v1.0/studys HTTP/1.1', `Host: ${bad}`]), 400)
  for (const other of [host, 'example.com']) {
    assertError(await send(lines('GET /api/v1.0/studys HTTP/1.1', `Host: ${other}`)), 400)
    assertError(await send(lines('GET /api/v1.0/studys HTTP/1.1', `HOST: ${other}`)), 400)
  }
})

test('returns 417 for an unknown expectation, and continues after 100-continue', async () => {
  assertError(await send(posted('Expect: a miracle', 'Content-Length: 2'), '{}'), 417)
  const { count } = await api.records(ann)
  assert.equal(count, 0, 'nothing was started')
})

test('returns 405 for CONNECT', async () => {
  assertError(await send([`CONNECT example.com:80 HTTP/1.1`, `Host: ${host}`]), 405)
  errorText(await send(lines('OPTIONS * HTTP/1.1')))
})

test('ignores a request to upgrade the protocol', async () => {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 0']
  recordOf(await send(posted(...upgrade)), 201)
})

test('serves a target in absolute form by its path', async () => {
  const head = lines(`POST ${api.origin}/api/v1.0/studys HTTP/1.1`, `Authorization: ${ann.as.authorization}`)
  recordOf(await send([...head, 'Content-Length: 0']), 201)
})

test('responds to pipelined requests in order', async () => {
  const get = request(lines('GET /api/v1.0/nothing HTTP/1.1'))[0] ?? ''
  const last = request(lines('GET /healthz HTTP/1.1', 'Connection: close'))[0] ?? ''
  const reply = await exchange(api.origin, [get + last])
  assert.equal(reply.status, 404)
})
