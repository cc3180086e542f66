import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Mode, type Modes, openModes } from './modes.ts'
import { type Asked, ask } from './requests.ts'

describe('the headers of every response', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes({})
  })
  after(() => modes.close())
  const each = async (work: (mode: Mode) => Promise<void>) => {
    for (const mode of modes.all) await work(mode)
  }

  const answers = [
    ['GET /healthz', 200],
    ['GET /openapi.json', 200],
    ['GET /api/v1.0/studys', 401],
    ['GET /api/v1.0/nothing', 404],
    ['PUT /healthz', 405],
    ['OPTIONS /healthz', 204],
    ['GET /docs/static/%00', 404],
    ['GET /docs/%00', 404],
    ['GET /docs/%ff', 400],
    ['GET /%', 400],
    ['GET /docs/../../etc/passwd', 404],
    [`GET /docs/${'x'.repeat(15_000)}`, 404],
  ] as const

  test('contain an id and nosniff, also in errors before any route', () =>
    each(async (mode) => {
      for (const [line, status] of answers) {
        const answer = await ask(mode, line)
        assert.equal(answer.status, status, `${mode.name} ${line.slice(0, 40)}: ${answer.text}`)
        assertGuarded(answer)
        if (status >= 400) assert.deepEqual(Object.keys(JSON.parse(answer.text)), ['error', 'message'])
        assertLogged(mode, answer)
      }
      const bad = [ask(mode, 'GET /healthz', { expect: 'a miracle' }), ask(mode, 'GET /', { host: 'evil.example' })]
      for (const answer of await Promise.all(bad)) {
        assertGuarded(answer)
        assertLogged(mode, answer)
      }
    }))

  test('are also in responses to what is not HTTP', async () => {
    for (const mode of modes.all.slice(0, 2)) {
      for (const sent of ['nonsense\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n']) {
        const socket = await mode.connect()
        socket.end(sent)
        let answer = ''
        for await (const chunk of socket) answer += chunk
        const headers = [...answer.matchAll(/^([\w-]+): (.*?)\r$/gm)].map(([, name = '', value = '']) => [name, value])
        const status = Number(answer.split(' ')[1])
        assertGuarded({ status, headers: Object.fromEntries(headers), text: '' })
        assertLogged(mode, { status, headers: Object.fromEntries(headers), text: '' })
      }
    }
  })

  test('forbid to store personal data', () =>
    each(async (mode) => {
      for (const path of ['users/me', 'studys', 'token', 'users/1/studys/'])
        assert.equal((await ask(mode, `GET /api/v1.0/${path}`)).headers['cache-control'], 'no-store')
    }))

  test("let a page run only the service's scripts, never be framed, and send no referrer", () =>
    each(async (mode) => {
      for (const path of ['/docs', '/']) {
        const { headers } = await ask(mode, `GET ${path}`, { accept: 'text/html' })
        const policy = headers['content-security-policy'] ?? ''
        for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
          assert.ok(policy.includes(part), policy)
        assert.doesNotMatch(policy, /script-src[^;]*unsafe|\*/)
        assert.equal(headers['referrer-policy'], 'no-referrer')
      }
    }))

  test('let a client revalidate a file that it has', () =>
    each(async (mode) => {
      for (const path of ['/docs', '/openapi.json']) {
        const first = await ask(mode, `GET ${path}`)
        const { etag } = first.headers
        assert.match(etag ?? '', /^"[\w-]{20,}"$/)
        assert.equal(Number(first.headers['content-length']), Buffer.byteLength(first.text))
        for (const known of [etag, `"x", W/${etag}`, '*']) {
          const again = await ask(mode, `GET ${path}`, { 'if-none-match': String(known) })
          assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', etag])
        }
        assert.equal((await ask(mode, `GET ${path}`, { 'if-none-match': '"other"' })).status, 200)
        const head = await ask(mode, `HEAD ${path}`)
        assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', etag])
      }
    }))
})

function assertGuarded({ status, headers }: Asked): void {
  assert.ok(status > 0)
  assert.match(headers['x-request-id'] ?? '', /^[\da-f]{8}-\w+$/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['referrer-policy'], 'no-referrer')
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
  for (const part of [/base-uri 'none'/, /frame-ancestors 'none'/])
    assert.match(headers['content-security-policy'] ?? '', part)
}

function assertLogged({ service }: Mode, { status, headers }: Asked): void {
  const lines = service.logged().split('\n')
  const line = lines.find((one) => one.includes(`"reqId":"${headers['x-request-id']}"`) && one.includes('"status"'))
  assert.ok(line?.includes(`"status":${status}`), `${headers['x-request-id']} ${status} is not in the log`)
}
