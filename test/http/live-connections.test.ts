import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertError } from '../contract/assert-error.ts'
import { basic, bearer } from '../contract/client.ts'
import { openStream, type Stream, type StreamOptions } from '../support/event-stream.ts'
import { assertTook, patience, until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { makeTlsFiles } from '../support/tls-files.ts'
import { Campus } from './campus.ts'
import { signIn } from './signed-in.ts'

/** The time limits of connections, far below the time for which these streams stay open. */
const limitMs = patience(500)
const limits = {
  writingMs: limitMs,
  headersMs: limitMs,
  bodyMs: limitMs,
  idleMs: limitMs,
  checkEveryMs: 50,
  listenerCheckMs: 100,
}

/** Two instances on one database, the second one with TLS. */
const campus = new Campus()
let secure: Service
let files: Awaited<ReturnType<typeof makeTlsFiles>>
before(async () => {
  files = await makeTlsFiles()
  const plain = await startService({}, { limits })
  campus.open(plain)
  secure = await startService(files.settings, { limits, through: async () => plain.place.databaseUrl })
})
after(async () => {
  await secure.close()
  await campus.close()
  await files.remove()
})

async function join() {
  const newcomer = await campus.register()
  return { ...newcomer, as: bearer(newcomer.token) }
}

type Member = Awaited<ReturnType<typeof join>>

const start = ({ as }: Member) => campus.post('/studys/', {}, { as })

const modes: { name: string; open(options: StreamOptions): Promise<Stream> }[] = [
  { name: 'plain HTTP/1.1', open: (options) => openStream(campus.service.address, options) },
  { name: 'HTTP/1.1 over TLS', open: (options) => openStream(secure.address, { ...options, ca: files.ca }) },
  { name: 'HTTP/2', open: (options) => openStream(secure.address, { ...options, ca: files.ca, http2: true }) },
]

for (const { name, open } of modes) {
  describe(name, () => {
    test('a stream stays open without events, and receives what another instance does', async () => {
      const [ann, bob] = await Promise.all([join(), join()])
      const stream = await open({ as: ann.as })
      assert.equal(stream.status, 200)
      assert.equal(stream.headers['x-accel-buffering'], 'no')
      await stream.next('count')
      const begun = performance.now()
      const comments = () =>
        stream
          .text()
          .split('\n')
          .filter((line) => line === ':').length
      await until(() => performance.now() - begun > 3 * limitMs && comments() > 5, 'time passes')
      assert.ok(!stream.hasEnded())
      await start(bob)
      const { data } = await stream.next('start', ({ username }) => username === bob.username)
      assert.match(String(data.user), /^https?:\/\/127\.0\.0\.1:\d+\/api\/v1\.0\/users\/\d+$/)
      stream.close()
    })

    test('it ends when its token becomes invalid', async () => {
      const { as, password } = await join()
      const stream = await open({ as })
      await stream.next('count')
      const json = { password, new_password: 'another reading room' }
      assert.equal((await campus.send('PUT', '/users/me', { as, json })).status, 200)
      await until(() => stream.hasEnded(), 'the stream ends')
      stream.close()
      assert.equal((await open({ as })).status, 401)
    })

    test('it ends when its session is signed out', async () => {
      const member = await join()
      const as = await signIn(campus.service.address, member)
      const { cookie } = name === 'plain HTTP/1.1' ? as : { cookie: as.cookie.replace('session', '__Host-session') }
      const stream = await open({ as: { cookie } })
      await stream.next('count')
      assert.equal((await campus.send('DELETE', '/session', { as })).status, 204)
      await until(() => stream.hasEnded(), 'the stream ends')
      stream.close()
    })

    test('it ends when the account is deleted', async () => {
      const { username, password } = await join()
      const as = basic(username, password)
      const stream = await open({ as })
      await stream.next('count')
      assert.equal((await campus.send('DELETE', '/users/me', { as, json: { password } })).status, 204)
      await until(() => stream.hasEnded(), 'the stream ends')
      stream.close()
    })
  })
}

test('a shutdown ends the streams first, and waits for none', async () => {
  const service = await startService(files.settings, { through: async () => campus.service.place.databaseUrl })
  const { as } = await join()
  const streams = await Promise.all(
    [false, true].map((http2) => openStream(service.address, { as, ca: files.ca, http2 })),
  )
  for (const stream of streams) await stream.next('count')
  const begun = performance.now()
  await service.close()
  assertTook(performance.now() - begun, 5000, 'the end')
  await until(() => streams.every((stream) => stream.hasEnded()), 'the streams end')
  for (const stream of streams) stream.close()
})

test('a stream ends when its token expires, and after its maximum duration', async (t) => {
  const brief = await startService({ TOKEN_TTL: '3' }, { limits: { listenerCheckMs: 100 } })
  t.after(() => brief.close())
  const own = new Campus()
  own.open(brief)
  const { token, username, password } = await own.register()
  const byToken = await openStream(brief.address, { as: bearer(token) })
  const byPassword = await openStream(brief.address, { as: basic(username, password) })
  await until(() => byToken.hasEnded(), 'the stream of the token ends')
  assert.ok(!byPassword.hasEnded())
  byPassword.close()

  const old = await startService({}, { limits: { listenerCheckMs: 100, listenerMs: 1000 } })
  t.after(() => old.close())
  own.open(old)
  const { token: another } = await own.register()
  const stream = await openStream(old.address, { as: bearer(another) })
  const { id } = await stream.next('count')
  await until(() => stream.hasEnded(), 'the stream ends')
  const again = await openStream(old.address, { as: bearer(another), lastEventId: id })
  await again.next('count')
  assert.ok(!again.events.some(({ event }) => event === 'reset'))
  again.close()
})

test('when all streams are taken, further clients get a hint when to retry', async (t) => {
  const small = await startService({}, { limits: { listeners: 2 } })
  t.after(() => small.close())
  const own = new Campus()
  own.open(small)
  const { token } = await own.register()
  const as = bearer(token)
  const open = await Promise.all([1, 2].map(() => openStream(small.address, { as })))
  const refused = await own.send('GET', '/live', { as, headers: { accept: 'text/event-stream' } })
  assertError(refused, 503)
  assert.match(String(refused.headers.get('retry-after')), /^\d+$/)
  assert.equal((await own.send('GET', '/live', { as })).status, 200)
  for (const stream of open) stream.close()
})
