import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { type Mode, type Modes, openModes } from './modes.ts'
import { ask } from './requests.ts'

const path = 'GET /api/v1.0/users/1'
/** Accepted, and refused for missing credentials. */
const taken = 401

describe('the Host', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes({}, { LOG_LEVEL: 'silent' })
  })
  after(() => modes.close())
  const each = async (work: (mode: Mode) => Promise<void>) => {
    for (const mode of modes.all) await work(mode)
  }

  test('must be one of the loopback names on loopback', () =>
    each(async (mode) => {
      for (const host of ['localhost', 'LocalHost:1', '127.0.0.1:5000', '127.1.2.3', '[::1]:65535'])
        assert.equal((await ask(mode, path, { host })).status, taken, `${mode.name} ${host}`)
      const others = [
        'evil.example',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
        '10.0.0.1',
        '[::2]',
        '0.0.0.0',
      ]
      for (const host of [...others, 'localhost:99999', `${'a'.repeat(250)}.localhost`, 'x'.repeat(262), 'localhost.'])
        assert.equal((await ask(mode, path, { host })).status, 400, `${mode.name} ${host}`)
    }))

  test("may be anything or missing in a health check, and must be the service's own for metrics", () =>
    each(async (mode) => {
      for (const host of ['10.0.0.1:5000', 'pod.cluster.local'])
        for (const route of ['/healthz', '/readyz'])
          assert.equal((await ask(mode, `GET ${route}`, { host })).status, 200)
      assert.equal((await ask(mode, 'GET /metrics', { host: 'evil.example' })).status, 400)
      assert.equal((await ask(mode, 'GET /metrics', { host: 'localhost' })).status, 200)
    }))

  test('of HTTP/2 is the authority, in any order of the headers', async () => {
    const session = connectHttp2(modes.all[2]?.service.address ?? '', { rejectUnauthorized: false })
    for (const [host, status] of [
      ['127.0.0.1', 400],
      ['evil.example', 400],
      ['localhost', taken],
      ['LOCALHOST', taken],
    ] as const) {
      const stream = session.request({ ':path': '/api/v1.0/users/1', ':authority': 'localhost', host })
      const [headers] = await once(stream, 'response')
      assert.equal(headers[':status'], status, host)
      stream.resume()
    }
    session.destroy()
  })
})

test('with PUBLIC_URL, accepts its host and loopback, whatever host a proxy was asked for', async () => {
  const modes = await openModes({}, { PUBLIC_URL: 'https://study.example.edu', TRUST_PROXY: '127.0.0.1' })
  try {
    for (const mode of modes.all) {
      for (const host of ['study.example.edu', 'STUDY.example.edu:8443', '127.0.0.1'])
        assert.equal((await ask(mode, path, { host })).status, taken, host)
      for (const host of ['example.edu', 'evil.example']) assert.equal((await ask(mode, path, { host })).status, 400)
      assert.equal((await ask(mode, path, { 'x-forwarded-host': 'evil.example' })).status, 400)
      assert.equal((await ask(mode, path, { 'x-forwarded-host': 'study.example.edu' })).status, taken)
      const own = { origin: 'https://study.example.edu' }
      assert.equal((await ask(mode, 'POST /api/v1.0/register', own)).status, 400)
    }
  } finally {
    await modes.close()
  }
})

test('an invalid scheme from a trusted proxy gets a 400, and that of other clients is ignored', async () => {
  const [proxied, direct] = [await openModes({}, { TRUST_PROXY: '127.0.0.1' }), await openModes({})]
  try {
    for (const scheme of ['ftp', 'javascript', 'https:', 'wss', 'HTTPS', 'http https']) {
      for (const mode of proxied.all)
        assert.equal((await ask(mode, path, { 'x-forwarded-proto': scheme })).status, 400, `${mode.name} ${scheme}`)
      for (const mode of direct.all)
        assert.equal((await ask(mode, path, { 'x-forwarded-proto': scheme })).status, taken, mode.name)
    }
    for (const mode of proxied.all)
      for (const scheme of ['http', 'https'])
        assert.equal((await ask(mode, path, { 'x-forwarded-proto': scheme })).status, taken)
  } finally {
    await proxied.close()
    await direct.close()
  }
})
