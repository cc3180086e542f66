import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { createPrivateAuthority } from '../schools/private-authority.ts'
import { startScriptedSchool } from '../schools/scripted-school.ts'
import { assertTook, beforeLimit, patience, until } from '../support/patience.ts'
import {
  makePlace,
  type Place,
  type Settings,
  type SpawnedService,
  spawnService,
  untilRefused,
} from '../support/running-service.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const [demo] = demoStudents
const registration = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
const clients = 20

async function withService<T>(
  settings: Settings,
  work: (service: SpawnedService, place: Place) => Promise<T>,
): Promise<T> {
  const place = await makePlace()
  const service = await spawnService(place, { THROTTLE: 'off', LOG_LEVEL: 'warn', ...settings })
  try {
    return await work(service, place)
  } finally {
    await service.end('SIGKILL')
    await place.remove()
  }
}

async function tokenOf(address: string): Promise<string> {
  const registered = await send('POST', `${address}/api/v1.0/register`, { json: registration })
  assert.equal(registered.status, 201, registered.text)
  const as = basic(ann.username, ann.password)
  return ((await send('GET', `${address}/api/v1.0/token`, { as })).body as { token: string }).token
}

/** What happened to the connections and requests of one client. */
interface ClientCount {
  answered: number
  refused: number
  /** By error: reset or closed after connecting, with a request without a response. */
  lost: string[]
}

/** One connection: one request, or several for as long as the connection is kept open. Returns false if it was refused. */
function converse(port: number, request: string, count: ClientCount): Promise<boolean> {
  return new Promise((resolve) => {
    let text = ''
    let isConnected = false
    let isAwaited = false
    let failure: NodeJS.ErrnoException | undefined
    const socket = connect(port, '127.0.0.1')
    const ask = () => {
      isAwaited = true
      socket.write(request)
    }
    socket.on('connect', () => {
      isConnected = true
      ask()
    })
    socket.on('data', (chunk: Buffer) => {
      text += chunk
      const answer = /^HTTP\/1\.1 (\d+).*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n/is.exec(text)
      if (answer === null || text.length < answer[0].length + Number(answer[2])) return
      isAwaited = false
      if (answer[1] === '201') count.answered++
      else count.lost.push(text)
      text = ''
      if (/\r\nconnection: close\r\n/i.test(answer[0])) socket.end()
      else ask()
    })
    socket.on('error', (error) => {
      failure = error
    })
    socket.on('close', () => {
      if (!isConnected) {
        assert.equal(failure?.code, 'ECONNREFUSED')
        count.refused++
      } else if (isAwaited) count.lost.push(failure?.code ?? 'closed')
      resolve(isConnected)
    })
  })
}

/** Returns what was lost. */
async function endUnderLoad(service: SpawnedService, connection: string): Promise<string[]> {
  const token = await tokenOf(service.address)
  const { port, host } = new URL(service.address)
  const head = `Host: ${host}\r\nAuthorization: Bearer ${token}\r\nConnection: ${connection}\r\nContent-Length: 0`
  const request = `POST /api/v1.0/studys/ HTTP/1.1\r\n${head}\r\n\r\n`
  const count: ClientCount = { answered: 0, refused: 0, lost: [] }
  const busy = Array.from({ length: clients }, async () => {
    while (await converse(Number(port), request, count)) if (count.lost.length > 0) return
  })
  await until(() => count.answered >= 5 * clients, 'clients are busy')
  assert.equal(await service.end(), 0, service.said())
  await Promise.all(busy)
  if (count.lost.length === 0) assert.equal(count.refused, clients)
  return count.lost
}

/**
 * The system resets a connection that arrives between the last accept and the end of listening. On a busy machine a process may be
 * suspended right there, so such a trial is repeated.
 */
async function losesNothing(trial: () => Promise<string[]>): Promise<void> {
  for (let triesLeft = 2; ; triesLeft -= 1) {
    const lost = await trial()
    if (lost.length === 0) return
    if (triesLeft === 0 || lost.some((loss) => loss !== 'ECONNRESET')) assert.deepEqual(lost, [])
  }
}

/** Sends the first line of a request, and the rest when it is finished. */
function begin(address: string, path: string): { finish: (token: string) => Promise<string> } {
  const { port, host } = new URL(address)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\n`)
  return {
    finish: (token) => {
      socket.write(`Host: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`)
      return textOf(socket)
    },
  }
}

describe('SIGTERM', { timeout: patience(240_000), concurrency: 2 }, () => {
  for (const workers of ['1', '2']) {
    for (const kind of ['close', 'keep-alive']) {
      test(`loses no request of ${clients} busy clients: WORKERS=${workers}, connection: ${kind}`, () =>
        losesNothing(async () => {
          let lost: string[] = []
          await withService({ WORKERS: workers }, async (service) => {
            lost = await endUnderLoad(service, kind)
          })
          return lost
        }))
    }

    test(`makes readiness fail while requests are still served: WORKERS=${workers}`, () =>
      withService({ WORKERS: workers }, async (service) => {
        const token = await tokenOf(service.address)
        // Started before and finished after, because on a busy machine no connection may be possible any more by then.
        const readiness = begin(service.address, '/readyz')
        const user = begin(service.address, '/api/v1.0/users/1')
        await untilReceived(service.address)
        const exit = service.end()
        await untilRefused(service)
        assert.match(await readiness.finish(token), /^HTTP\/1\.1 503 .*connection: close/is)
        assert.match(await user.finish(token), /^HTTP\/1\.1 200 .*connection: close/is)
        assert.equal(await exit, 0)
      }))

    test(`serves a connection that has not sent a request yet, and waits for no silent one: WORKERS=${workers}`, () =>
      beforeLimit(3000, () =>
        withService({ WORKERS: workers }, async (service) => {
          const { port, host } = new URL(service.address)
          const open = async () => {
            const socket = connect(Number(port), '127.0.0.1')
            await once(socket, 'connect')
            return socket
          }
          const [late, silent] = [await open(), await open()]
          const begun = performance.now()
          const exit = service.end()
          await untilRefused(service)
          const tookMs = performance.now() - begun
          late.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
          const [asked, unasked, code] = [await textOf(late).catch(String), await textOf(silent), await exit]
          const endedMs = performance.now() - begun
          const check = () => {
            assert.match(asked, /^HTTP\/1\.1 200 .*connection: close/is)
            assert.equal(unasked, '')
            assert.equal(code, 0)
            assertTook(endedMs, 9000, 'the grace period has not passed')
          }
          return { tookMs, check }
        }),
      ))

    test(`closes no keep-alive connection that sends a request within a second: WORKERS=${workers}`, () =>
      beforeLimit(900, () =>
        withService({ WORKERS: workers }, async (service) => {
          const { port, host } = new URL(service.address)
          const request = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`
          const kept = connect(Number(port), '127.0.0.1')
          kept.write(request)
          const [first] = await once(kept, 'data')
          assert.doesNotMatch(String(first), /connection: close/i)
          const begun = performance.now()
          const exit = service.end()
          await setTimeout(500)
          const tookMs = performance.now() - begun
          kept.write(request)
          const [second, code] = [await textOf(kept).catch(String), await exit]
          const check = () => {
            assert.match(second, /^HTTP\/1\.1 200 .*connection: close/is)
            assert.equal(code, 0)
          }
          return { tookMs, check }
        }),
      ))

    test(`ends a registration that waits for the school with 503 before the grace period is over: WORKERS=${workers}`, async () => {
      const school = await startSlowSchool()
      try {
        await withService({ SCHOOL: 'kingosoft', SCHOOL_URL: school.url, WORKERS: workers }, async (service, place) => {
          const answer = send('POST', `${service.address}/api/v1.0/register`, { json: registration })
          await school.asked
          const begun = performance.now()
          const exit = service.end()
          const { status, body, headers } = await answer
          assert.deepEqual([status, (body as { error: string }).error], [503, 'service unavailable'])
          assert.match(String(headers.get('retry-after')), /^\d+$/)
          assert.equal(await exit, 0)
          assertTook(performance.now() - begun, 14_000, 'the end')
          // The same call succeeds later: nothing was left half done.
          const again = await spawnService(place)
          await tokenOf(again.address)
          assert.equal(await again.end(), 0)
        })
      } finally {
        await school.close()
      }
    })
  }

  test('sent twice ends the process at once', () =>
    withService({}, async (service) => {
      const { port, host } = new URL(service.address)
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
      socket.write(`POST /api/v1.0/register HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 20\r\n\r\n{`)
      await send('GET', `${service.address}/healthz`)
      const begun = performance.now()
      const exit = service.end()
      await setTimeout(1500)
      service.child.kill('SIGTERM')
      assert.equal(await exit, 143)
      assertTook(performance.now() - begun, 9000, 'the end')
      socket.destroy()
    }))

  test('loses no request over HTTP/2', async () => {
    const authority = await createPrivateAuthority()
    await withServiceOfTls(authority, async (service) => {
      let answered = 0
      const lost: string[] = []
      const busy = Array.from({ length: clients }, async () => {
        while (await useSession(service.address, authority.ca, () => answered++, lost)) if (lost.length > 0) return
      })
      await until(() => answered >= 2 * clients, 'clients are busy')
      assert.equal(await service.end(), 0, service.said())
      await Promise.all(busy)
      assert.deepEqual(lost, [])
    })
  })
})

/** Each call is in time, but a login has so many calls that it exceeds the grace period. */
async function startSlowSchool() {
  const asked = Promise.withResolvers<void>()
  const school = await startScriptedSchool({
    '/cas/login.action': (response) => {
      asked.resolve()
      void setTimeout(5000).then(() => response.end(loginPage))
    },
    '/cas/genValidateCode': () => undefined,
    '/cas/logon.action': () => undefined,
  })
  return { ...school, asked: asked.promise }
}

const loginPage = `<html><script>function doLogon() {
  var params = "_u"+randnumber+"="+u+"&_p"+randnumber+"="+p
  kutil.doAjax(_webRootPath + "cas/logon.action", params, done)
}</script></html>`

type Authority = Awaited<ReturnType<typeof createPrivateAuthority>>

async function withServiceOfTls(authority: Authority, work: (service: SpawnedService) => Promise<void>): Promise<void> {
  const place = await makePlace()
  const settings = { TLS_CERT: join(place.folder, 'cert.pem'), TLS_KEY: join(place.folder, 'key.pem') }
  await writeFile(settings.TLS_CERT, authority.cert)
  await writeFile(settings.TLS_KEY, authority.key)
  const service = await spawnService(place, { LOG_LEVEL: 'warn', ...settings })
  try {
    await work(service)
  } finally {
    await service.end('SIGKILL')
    await place.remove()
  }
}

/** Sends requests one after another on one session, until it gets GOAWAY. Returns false if it was refused. */
async function useSession(address: string, ca: string, onAnswer: () => void, lost: string[]): Promise<boolean> {
  const session = connectHttp2(address, { ca })
  let isGoingAway = false
  session
    .on('error', () => undefined)
    .on('goaway', () => {
      isGoingAway = true
    })
  const isConnected = await once(session, 'connect').then(
    () => true,
    () => false,
  )
  while (isConnected && !isGoingAway && !session.closed) {
    const stream = session.request({ ':path': '/healthz' })
    try {
      const [headers] = await once(stream, 'response')
      stream.resume()
      await once(stream, 'end')
      if (headers[':status'] === 200) onAnswer()
      else lost.push(String(headers[':status']))
    } catch (error) {
      // A stream that the server did not process may be sent again, and its error says so.
      if (!isGoingAway) lost.push((error as NodeJS.ErrnoException).code ?? String(error))
    }
  }
  session.close()
  return isConnected
}

/** Later connections get responses only after earlier ones were accepted. */
async function untilReceived(address: string): Promise<void> {
  for (let tries = 0; tries < 4; tries += 1) assert.equal((await send('GET', `${address}/healthz`)).status, 200)
}

async function textOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}
