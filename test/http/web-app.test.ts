import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { readScreenScripts } from '../../src/http/pages/web-app.ts'
import { assertError } from '../contract/assert-error.ts'
import { send } from '../contract/client.ts'
import { type Service, startService } from '../support/service.ts'

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const folder = join(import.meta.dirname, '../../dist/web')
const policy =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';manifest-src 'self';worker-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'"

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  send('GET', `${service.address}${path}`, { headers })
const index = () => readFileSync(join(folder, 'index.html'), 'utf8')
const assets = () => [...index().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)

test('a browser gets the app at every path that the API does not use', async () => {
  for (const path of ['/', '/login', '/day/2026-11-26', '/nobody/knows?this=1']) {
    const reply = await get(path, { accept: browser })
    assert.deepEqual([reply.status, reply.text], [200, index()], path)
    assert.equal(reply.headers.get('content-security-policy'), policy)
    assert.equal(reply.headers.get('cache-control'), 'no-cache')
    assert.match(reply.headers.get('vary') ?? '', /^Accept, Accept-Encoding/)
  }
  const head = await send('HEAD', `${service.address}/login`, { headers: { accept: browser } })
  assert.deepEqual([head.status, head.text], [200, ''])
})

test('the first page names the scripts of a screen, and they exist', async () => {
  const scriptsOf = async (path: string) => {
    const { headers } = await get(path, { accept: browser })
    return [...(headers.get('link') ?? '').matchAll(/<([^>]+)>; rel=modulepreload(?:, |$)/g)].map(
      ([, script = '']) => script,
    )
  }
  const screens = { '/statistics': 'StatisticsScreen', '/day/2026-11-26?from=map': 'DayScreen', '/me': 'MeScreen' }
  for (const [path, name] of Object.entries(screens)) {
    const scripts = await scriptsOf(path)
    assert.match(scripts[0] ?? '', new RegExp(`^/assets/${name}-`))
    for (const script of scripts) assert.equal((await get(script)).status, 200, script)
    for (const script of scripts) assert.ok(!index().includes(script), 'the page names it itself')
  }
  for (const path of ['/', '/nobody/knows', '/day', '/me/nothing']) assert.deepEqual(await scriptsOf(path), [], path)
})

test('serves an app of an older build, which has no list of scripts, without naming any', async () => {
  const linkFor = await readScreenScripts(join(folder, 'no-such-file.json'))
  assert.equal(linkFor('/statistics'), undefined)
})

test('programs and API paths get their usual responses', async () => {
  for (const accept of ['*/*', 'application/json', browser]) {
    for (const path of ['/api', '/api/v1.0/nothing', '/docs/nothing', '/healthz/nothing', '/assets/gone-12345678.js'])
      assertError(await get(path, { accept }), 404)
  }
  for (const accept of ['*/*', 'application/json']) assertError(await get('/login', { accept }), 404)
  for (const method of ['POST', 'PUT', 'DELETE'] as const)
    assertError(await send(method, `${service.address}/login`, { headers: { accept: browser } }), 404)
  assertError(await send('POST', `${service.address}/sw.js`, { headers: { accept: browser } }), 405)
})

test('assets are cached forever, the page and its service worker are revalidated', async () => {
  assert.ok(assets().length >= 2)
  for (const path of assets()) {
    const reply = await get(path)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.match(reply.headers.get('content-type') ?? '', path.endsWith('.js') ? /^text\/javascript/ : /^text\/css/)
  }
  const worker = await get('/sw.js')
  // A service worker uses the policy of its own file.
  assert.equal(worker.headers.get('content-security-policy'), policy)
  for (const path of ['/sw.js', '/index.html', '/manifest.webmanifest'])
    assert.equal((await get(path)).headers.get('cache-control'), 'no-cache', path)
  const shell = JSON.parse(/const shell = (\[.*\])/.exec(worker.text)?.[1] ?? '[]') as string[]
  for (const path of shell) assert.equal((await get(path)).status, 200, path)
  for (const path of ['/index.html', ...assets()]) assert.ok(shell.includes(path), path)
})

test('each file is sent in the smallest encoding that the client accepts, and once', async () => {
  const [script = ''] = assets()
  const plain = readFileSync(join(folder, script))
  for (const [accepted, encoding, unpack] of [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', undefined, (body: Buffer) => body],
  ] as const) {
    const { headers, body } = await fetchRaw(script, { 'accept-encoding': accepted })
    assert.equal(headers['content-encoding'], encoding, accepted)
    assert.ok(unpack(body).equals(plain), accepted)
    const again = await fetchRaw(script, { 'if-none-match': String(headers.etag) })
    assert.deepEqual([again.status, again.body.length], [304, 0])
  }
})

test('with WEB=off the first page is the one without the app', async (t) => {
  const alone = await startService({ WEB: 'off' })
  t.after(() => alone.close())
  const page = await send('GET', alone.address, { headers: { accept: browser } })
  assert.match(page.text, /服务状态.*正常/s)
  for (const path of ['/login', '/sw.js', '/index.html'])
    assertError(await send('GET', `${alone.address}${path}`, { headers: { accept: browser } }), 404)
})

test('the app refers to no other origin and no source files', () => {
  const names = readdirSync(folder, { recursive: true }) as string[]
  const texts = names.filter((name) => /\.(?:html|js|css|svg|webmanifest)$/.test(name))
  assert.ok(texts.length > 10)
  // XML namespaces only look like addresses; links of Vue and its router are in messages that are never shown.
  const known = /^https?:\/\/(?:www\.w3\.org\/|vuejs\.org\/error-reference\/|router\.vuejs\.org\/)/
  for (const name of texts) {
    const text = readFileSync(join(folder, name), 'utf8')
    const named = [...text.matchAll(/(?:https?:)?\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)]*/gi)].map(String)
    assert.deepEqual(
      named.filter((address) => !known.test(address)),
      [],
      name,
    )
    assert.doesNotMatch(text, /sourceMappingURL/, name)
  }
})

test('the scripts of the first screen, and of each further one, stay small', () => {
  const size = (path: string) => readFileSync(join(folder, `${path}.gz`)).length
  const first = assets().filter((path) => /\.(?:js|css)$/.test(path))
  const total = first.reduce((sum, path) => sum + size(path), 0)
  assert.ok(total <= 80_000, `${total} bytes`)
  const own = JSON.parse(readFileSync(join(folder, 'own-assets.json'), 'utf8')) as string[]
  const later = own.filter((name) => /\.(?:js|css)$/.test(name) && !first.includes(`/assets/${name}`))
  assert.ok(later.length > 10, 'each screen is a file')
  for (const name of later) {
    const added = withImports(name).filter((one) => later.includes(one))
    const bytes = added.reduce((sum, one) => sum + size(`/assets/${one}`), 0)
    assert.ok(bytes <= 25_000, `${added}: ${bytes} bytes`)
  }
})

/** A file and all that it imports, directly or indirectly. */
function withImports(name: string, known: readonly string[] = []): string[] {
  if (known.includes(name)) return [...known]
  const text = readFileSync(join(folder, 'assets', name), 'utf8')
  const imported = [...text.matchAll(/(?:from|import) ?["'`]\.\/([^"'`]+)["'`]/g)].map(([, one = '']) => one)
  return imported.reduce<string[]>((all, one) => withImports(one, all), [...known, name])
}

interface RawReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** The raw response: fetch would decompress it. */
function fetchRaw(path: string, headers: Record<string, string>): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const asked = request(`${service.address}${path}`, { headers }, async (response) => {
      const body = Buffer.concat(await response.toArray())
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
    })
    asked.on('error', reject).end()
  })
}
