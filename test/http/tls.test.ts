import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { get } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { createPrivateAuthority, type PrivateAuthority } from '../schools/private-authority.ts'
import { patience, until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'

let folder: string
let authority: PrivateAuthority
let service: Service
let files: { TLS_CERT: string; TLS_KEY: string }

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'occupy-tls-'))
  files = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') }
  authority = await createPrivateAuthority()
  await put(authority)
  service = await startService(files)
})

after(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

async function put({ cert, key }: PrivateAuthority): Promise<void> {
  await writeFile(files.TLS_CERT, cert)
  await writeFile(files.TLS_KEY, key)
}

async function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const { hostname, port } = new URL(service.address)
  const socket = connect({ host: hostname, port: Number(port), ca: authority.ca, ...options })
  await once(socket, 'secureConnect')
  return socket
}

/** Sends one request over HTTP/1.1. */
async function ask(path: string, headers: Record<string, string> = {}) {
  const request = get(`${service.address}${path}`, { ca: authority.ca, agent: false, headers })
  const [response] = await once(request, 'response')
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(await text(response)) }
}

/** Sends one request over HTTP/2. */
async function askHttp2(path: string, headers: Record<string, string> = {}) {
  const session = connectHttp2(service.address, { ca: authority.ca })
  try {
    const stream = session.request({ ':path': path, ...headers })
    const [answered] = await once(stream, 'response')
    return { status: answered[':status'], headers: answered, body: JSON.parse(await text(stream)) }
  } finally {
    session.close()
  }
}

test('serves HTTP/2 and HTTP/1.1', async () => {
  for (const [offered, spoken] of [
    [['h2', 'http/1.1'], 'h2'],
    [['http/1.1'], 'http/1.1'],
  ] as const) {
    const socket = await handshake({ ALPNProtocols: [...offered] })
    assert.equal(socket.alpnProtocol, spoken)
    socket.destroy()
  }
  for (const { status, body } of [await ask('/healthz'), await askHttp2('/healthz')]) {
    assert.deepEqual([status, body], [200, { status: 'ok' }])
  }
})

test('accepts TLS 1.2 and 1.3, and refuses TLS 1.1 and older', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await handshake({ minVersion: version, maxVersion: version })
    assert.equal(socket.getProtocol(), version)
    socket.destroy()
  }
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    // Security level 0, so that the client itself would still use it.
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await assert.rejects(handshake(old), /alert|unsupported|version/i)
  }
})

test('errors have the standard form, and every response contains HSTS, in both protocols', async () => {
  for (const asked of [ask, askHttp2]) {
    for (const [path, status] of [
      ['/healthz', 200],
      ['/api/v1.0/studys', 401],
      ['/api/v1.0/nothing', 404],
    ] as const) {
      const reply = await asked(path)
      assert.equal(reply.status, status)
      assert.match(String(reply.headers['strict-transport-security']), /^max-age=\d{7,}/)
      if (status !== 200) assert.deepEqual(Object.keys(reply.body), ['error', 'message'])
    }
  }
})

test('links use https, over HTTP/2 and HTTP/1.1', async () => {
  service.school.addStudent({ studentNumber: '3100000001', schoolPassword: 'pass' })
  const session = connectHttp2(service.address, { ca: authority.ca })
  const stream = session.request({
    ':method': 'POST',
    ':path': '/api/v1.0/register',
    'content-type': 'application/json',
  })
  stream.end(JSON.stringify({ username: 'ann', password: 'a quiet room', stu_id: '3100000001', stu_pwd: 'pass' }))
  const [answered] = await once(stream, 'response')
  const { url } = JSON.parse(await text(stream))
  session.close()
  assert.equal(answered[':status'], 201)
  assert.equal(url, `${service.address}/api/v1.0/users/1`)
  const authorization = `Basic ${Buffer.from('ann:a quiet room').toString('base64')}`
  for (const asked of [ask, askHttp2]) {
    const reply = await asked('/api/v1.0/users/1', { authorization })
    assert.deepEqual([reply.status, reply.body.url], [200, url])
  }
})

test('returns 413 for a body over the limit over HTTP/2 too', async () => {
  const session = connectHttp2(service.address, { ca: authority.ca })
  const stream = session.request({
    ':method': 'POST',
    ':path': '/api/v1.0/register',
    'content-type': 'application/json',
  })
  stream.on('error', () => undefined)
  stream.end(Buffer.alloc(100_000, 'x'))
  const [answered] = await once(stream, 'response')
  assert.equal(answered[':status'], 413)
  session.destroy()
})

test('plain HTTP on the TLS port gets an error or is disconnected, and does no harm', async () => {
  const { hostname, port } = new URL(service.address)
  const socket = connectPlain(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.end('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'close')
  assert.equal((await ask('/healthz')).status, 200)
})

test('loads a renewed certificate without a restart, and keeps the old one if half a pair is missing', {
  timeout: patience(60_000),
}, async () => {
  const old = await fingerprint()
  const kept = await handshake()
  const renewed = await createPrivateAuthority()
  await writeFile(files.TLS_CERT, renewed.cert)
  await until(() => service.logged().includes('keeping the old ones'), 'half a pair is detected')
  assert.equal(await fingerprint(), old)
  await put(renewed)
  authority = renewed
  await until(async () => (await fingerprint()) !== old, 'the renewed certificate is used', { pauseMs: 50 })
  kept.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  assert.match(await text(kept), /^HTTP\/1\.1 200 /, 'connections survive the renewal')
})

async function fingerprint(): Promise<string> {
  const socket = await handshake({ rejectUnauthorized: false })
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}
