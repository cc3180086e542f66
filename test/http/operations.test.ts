import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertError } from '../contract/assert-error.ts'
import { basic, bearer, send } from '../contract/client.ts'
import { exchange, request } from '../contract/raw-http.ts'
import { bytesAtRest } from '../support/at-rest.ts'
import { startService } from '../support/service.ts'

const secrets = {
  username: 'canary-reader',
  password: 'canary-password-of-the-account',
  stu_id: '3999999999',
  stu_pwd: 'canary-password-of-the-school',
}

test('no log line at any level, and no row, contains a secret', async (t) => {
  const service = await startService({ LOG_LEVEL: 'trace' })
  t.after(() => service.close())
  service.school.addStudent({ studentNumber: secrets.stu_id, schoolPassword: secrets.stu_pwd })
  const api = `${service.address}/api/v1.0`
  await send('POST', `${api}/register`, { json: { ...secrets, stu_pwd: `${secrets.stu_pwd} wrong` } })
  assert.equal((await send('POST', `${api}/register`, { json: secrets })).status, 201)
  const known = basic(secrets.username, secrets.password)
  const { token } = (await send('GET', `${api}/token`, { as: known })).body as { token: string }
  const calls = [known, basic(secrets.stu_id, secrets.password), bearer(token), basic(token, ''), bearer(`${token}x`)]
  for (const as of calls) await send('GET', `${api}/studys?secret=${token}`, { as })
  await send('POST', `${api}/studys/`, { as: known, headers: { 'content-type': 'application/json' }, body: '{"broken' })
  const found = [...Object.values(secrets).slice(1), token, known.authorization?.slice(6) ?? '', 'Authorization: ']
  assert.match(service.logged(), /"status":201/)
  for (const secret of found) assert.ok(!service.logged().includes(secret), `the log holds ${secret}`)
  const atRest = await bytesAtRest(service.place)
  for (const secret of found) assert.ok(!atRest.includes(secret), `the database holds ${secret}`)
})

test('links start with PUBLIC_URL whatever the Host, or without it with what a trusted proxy sends', async (t) => {
  const fixed = await startService({ PUBLIC_URL: 'https://study.example.edu' })
  t.after(() => fixed.close())
  const proxied = await startService({ TRUST_PROXY: '127.0.0.1' })
  t.after(() => proxied.close())
  const headers = { 'x-forwarded-host': 'campus.example', 'x-forwarded-proto': 'https' }
  for (const [service, origin] of [
    [fixed, 'https://study.example.edu'],
    [proxied, 'https://campus.example'],
  ] as const) {
    service.school.addStudent({ studentNumber: '3888888888', schoolPassword: 'pass' })
    const json = { username: 'ann', password: 'a quiet room', stu_id: '3888888888', stu_pwd: 'pass' }
    const reply = await send('POST', `${service.address}/api/v1.0/register`, { json, headers })
    assert.equal(reply.status, 201, reply.text)
    assert.equal(reply.headers.get('location'), `${origin}/api/v1.0/users/1`)
    assert.equal((reply.body as { url: string }).url, `${origin}/api/v1.0/users/1`)
  }
})

test('load balancers can get health, readiness and metrics by HTTP/1.0 without a Host', async (t) => {
  const service = await startService()
  t.after(() => service.close())
  const ask = (...lines: string[]) => exchange(service.address, request(lines))
  for (const path of ['/healthz', '/readyz', '/metrics', '/healthz/']) {
    for (const head of [[`GET ${path} HTTP/1.0`], [`GET ${path} HTTP/1.1`], [`GET ${path} HTTP/1.1`, 'Host:']]) {
      const { status, text } = await ask(...head)
      assert.equal(status, 200, `${head}: ${text}`)
      assert.notEqual(text, '')
    }
    const { status, text } = await ask(`HEAD ${path} HTTP/1.0`)
    assert.deepEqual([status, text], [200, ''], `HEAD ${path}`)
    for (const hosts of [['Host: a b'], ['Host: a', 'Host: b'], ['Host:', 'Host:']]) {
      assertError(await ask(`GET ${path} HTTP/1.1`, ...hosts), 400)
    }
  }
  for (const path of ['/api/v1.0/users/1', '/openapi.json', '/healthz/x', '/']) {
    assertError(await ask(`GET ${path} HTTP/1.0`), 400)
    assertError(await ask(`GET ${path} HTTP/1.1`), 400)
  }
})

test('a 429 states the wait in its message and in Retry-After', async (t) => {
  const service = await startService({ THROTTLE: 'on' })
  t.after(() => service.close())
  const guess = (headers = {}) =>
    send('GET', `${service.address}/api/v1.0/token`, { as: basic('ann', 'a wrong password'), headers })
  const guesses = await Promise.all(Array.from({ length: 20 }, () => guess()))
  for (const { status } of guesses) assert.equal(status, 401)
  const [zh, en] = [await guess(), await guess({ 'accept-language': 'en' })]
  for (const [reply, words] of [
    [zh, (seconds: number) => `尝试次数过多，请${seconds}秒钟后再试。`],
    [en, (seconds: number) => `Too many attempts. Try again in ${seconds} seconds.`],
  ] as const) {
    const seconds = Number(reply.headers.get('retry-after'))
    assert.ok(seconds > 1 && seconds <= 30, `Retry-After: ${seconds}`)
    assertError(reply, 429, words(seconds))
  }
})

test('the documentation loads nothing from other hosts, and contains every route', async (t) => {
  const service = await startService()
  t.after(() => service.close())
  const page = await send('GET', `${service.address}/docs`)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'(?!.*(?:https?:|upgrade))/)
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url)
  assert.ok(loaded.length > 0)
  for (const url of loaded) {
    const place = new URL(url, `${service.address}/docs`)
    assert.equal(place.origin, service.address)
    assert.equal((await send('GET', place.href)).status, 200, url)
  }
  assertError(await send('GET', `${service.address}/docs/nothing`), 404)
  assertError(await send('DELETE', `${service.address}/docs`), 405)
  const { body, text } = await send('GET', `${service.address}/openapi.json`)
  const head = await send('HEAD', `${service.address}/openapi.json`)
  assert.equal(head.headers.get('content-length'), String(Buffer.byteLength(text)))
  const { openapi, paths } = body as { openapi: string; paths: Record<string, Record<string, Operation>> }
  assert.match(openapi, /^3\.1\./)
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    assert.ok(operation.summary)
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      assert.ok(description)
      if (status === '204') continue
      const [media] = Object.values(content ?? {})
      assert.ok(media && /"examples?":/.test(JSON.stringify(media)), `${operation.summary}: an example`)
    }
  }
})

interface Operation {
  summary: string
  responses: Record<string, { description: string; content?: Record<string, object> }>
}
