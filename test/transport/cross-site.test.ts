import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Mode, type Modes, openModes } from './modes.ts'
import { ask } from './requests.ts'

const friend = 'https://app.example.edu'
const app = 'capacitor://localhost'
const json = { 'content-type': 'application/json' }
const unsafe = ['POST /api/v1.0/register', 'PUT /api/v1.0/studys/1', 'DELETE /api/v1.0/nothing', 'PATCH /healthz']

describe('a request in a browser', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes({}, { CORS_ORIGINS: `${friend}, ${app}`, LOG_LEVEL: 'silent' })
  })
  after(() => modes.close())
  const each = async (work: (mode: Mode, own: string) => Promise<void>) => {
    for (const mode of modes.all) await work(mode, mode.service.address)
  }

  const strangers = (own: string): Record<string, string>[] => [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: own.replace('http', 'httpx') },
    { origin: own.replace('127.0.0.1', 'localhost') },
    { origin: own.replace(/\d+$/, '1') },
    { origin: `${own}.evil.example` },
    { origin: `${friend}.evil.example` },
    { origin: friend.replace('https', 'http') },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: own, 'sec-fetch-site': 'same-site' },
  ]

  test('from another page is refused before its body is read if it would change something', () =>
    each(async (mode, own) => {
      for (const headers of strangers(own)) {
        for (const line of unsafe) {
          const { status, text } = await ask(mode, line, { ...headers, ...json }, '{"broken')
          assert.equal(status, 403, `${mode.name} ${line} ${JSON.stringify(headers)}`)
          assert.match(text, /^\{"error":"forbidden","message":"请求来自其他网站的页面/)
        }
        assert.equal((await ask(mode, 'GET /healthz', headers)).status, 200)
      }
    }))

  test("from the service's own page, an app or a trusted origin is accepted", () =>
    each(async (mode, own) => {
      const ours: Record<string, string>[] = [
        {},
        { origin: own },
        { origin: own, 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'none' },
        { origin: friend, 'sec-fetch-site': 'cross-site' },
        { origin: app },
      ]
      for (const headers of ours) {
        const { status } = await ask(mode, 'POST /api/v1.0/register', { ...headers, ...json }, '{}')
        assert.equal(status, 400, `${mode.name} ${JSON.stringify(headers)}`)
      }
    }))

  test('may read responses only from the configured origins, without credentials', () =>
    each(async (mode, own) => {
      for (const origin of [friend, app]) {
        for (const line of ['GET /healthz', 'GET /api/v1.0/studys', 'POST /api/v1.0/register']) {
          const { headers } = await ask(mode, line, { origin, ...json })
          assert.equal(headers['access-control-allow-origin'], origin)
          assert.equal(headers['access-control-allow-credentials'], undefined)
          assert.match(headers.vary ?? '', /\bOrigin\b/)
        }
        const asks = {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'authorization',
        }
        const preflight = await ask(mode, 'OPTIONS /api/v1.0/studys/1', asks)
        assert.equal(preflight.status, 204)
        assert.match(preflight.headers['access-control-allow-methods'] ?? '', /\bPUT\b/)
        assert.match(preflight.headers['access-control-allow-headers'] ?? '', /\bauthorization\b/i)
      }
      for (const headers of strangers(own)) {
        const answers = [
          await ask(mode, 'GET /healthz', headers),
          await ask(mode, 'OPTIONS /api/v1.0/studys/1', headers),
        ]
        for (const answer of answers) assertNoCors(answer.headers)
      }
    }))

  test('gets a 415 if it sends what a form can send', () =>
    each(async (mode) => {
      const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']
      for (const type of [...types, undefined, 'text/plain; application/json', 'application/jsonp']) {
        const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
        const answer = await ask(mode, 'POST /api/v1.0/register', headers, '{"username":"x"}')
        assert.equal(answer.status, 415, `${mode.name} ${type}`)
      }
      assert.equal((await ask(mode, 'POST /api/v1.0/register', { 'content-type': 'text/plain' })).status, 400)
    }))
})

test('may not read responses from any other origin if none is configured', async () => {
  const modes = await openModes({})
  try {
    for (const mode of modes.all) {
      const asks = { origin: friend, 'access-control-request-method': 'PUT' }
      for (const line of ['OPTIONS /api/v1.0/studys/1', 'GET /healthz', 'GET /openapi.json', 'GET /docs'])
        assertNoCors((await ask(mode, line, asks)).headers)
    }
  } finally {
    await modes.close()
  }
})

function assertNoCors(headers: Record<string, string>): void {
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith('access-control-')),
    [],
  )
}
