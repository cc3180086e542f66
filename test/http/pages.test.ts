import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { assertError } from '../contract/assert-error.ts'
import { send } from '../contract/client.ts'
import { type Service, startService } from '../support/service.ts'

let service: Service
before(async () => {
  service = await startService({ WEB: 'off' })
})
after(() => service.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  send('GET', `${service.address}${path}`, { headers })

test('the first page is a page for browsers and an index for programs', async () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
  for (const [accept, language, type, text] of [
    [browser, 'zh-CN,zh;q=0.9,en;q=0.8', 'text/html; charset=utf-8', /<html lang="zh-CN">.*服务状态.*正常/s],
    [browser, 'en-US,en;q=0.9', 'text/html; charset=utf-8', /<html lang="en">.*It is running/s],
    ['*/*', 'en', 'application/json; charset=utf-8', /"status":"ready"/],
    ['application/json', 'zh', 'application/json; charset=utf-8', /"documentation"/],
    ['application/json, text/html;q=0.9', 'zh', 'application/json; charset=utf-8', /"openapi"/],
  ] as const) {
    const reply = await get('/', { accept, 'accept-language': language })
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.get('content-type'), type, accept)
    assert.equal(reply.headers.get('vary'), 'Accept, Accept-Language')
    assert.match(reply.text, text)
  }
})

test('each link of the first page and of the index works', async () => {
  const page = await get('/', { accept: 'text/html' })
  assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /unsafe|https?:|upgrade/)
  const links = [...page.text.matchAll(/href="([^"]+)"/g)].map(([, path]) => `${service.address}${path}`)
  const { api: _, ...index } = (await get('/')).body as Record<string, string>
  for (const url of [...links, ...Object.values(index).filter((value) => value.startsWith('http'))]) {
    assert.equal(new URL(url).origin, service.address)
    assert.equal((await send('GET', url)).status, 200, url)
  }
  assert.ok(links.length >= 3)
})

test('browsers and crawlers get their files', async () => {
  for (const path of ['/favicon.ico', '/favicon.svg']) {
    assert.equal((await get(path)).headers.get('content-type'), 'image/svg+xml', path)
  }
  assert.match((await get('/robots.txt')).text, /^User-agent: \*\nDisallow: \/api\//)
  assertError(await send('POST', `${service.address}/`), 405)
})

test('the script of the reference page is sent compressed, decompressed if necessary, and once', async () => {
  const path = '/docs/reference.js'
  const packed = await fetchRaw(path, { 'accept-encoding': 'gzip, br' })
  assert.deepEqual([packed.headers['content-encoding'], packed.headers.vary], ['gzip', 'Accept-Encoding'])
  const plain = await fetchRaw(path, {})
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.ok(gunzipSync(packed.body).equals(plain.body))
  assert.ok(packed.body.length < 2_000_000, `${packed.body.length} bytes`)
  const etag = String(plain.headers.etag)
  for (const tags of [etag, `"other", ${etag}`, '*']) {
    assert.deepEqual((await fetchRaw(path, { 'if-none-match': tags })).status, 304, tags)
  }
  assert.equal((await fetchRaw(path, { 'if-none-match': '"other"' })).status, 200)
})

test('the document contains the requested host as its server, and is sent once', async () => {
  for (const host of ['localhost:1', '127.0.0.2', 'localhost:1']) {
    const { body, headers } = await fetchRaw('/openapi.json', { host })
    assert.deepEqual(JSON.parse(body.toString()).servers, [{ url: `http://${host}` }])
    const etag = String(headers.etag)
    assert.equal((await fetchRaw('/openapi.json', { host, 'if-none-match': etag })).status, 304)
  }
})

interface RawReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** The raw response: fetch would ask for gzip by itself, and decompress it. */
function fetchRaw(path: string, headers: Record<string, string>): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const asked = request(`${service.address}${path}`, { headers }, async (response) => {
      const body = Buffer.concat(await response.toArray())
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
    })
    asked.on('error', reject).end()
  })
}
