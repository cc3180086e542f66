import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { assertTook, patience } from '../support/patience.ts'
import {
  failToStart,
  makePlace,
  type Place,
  type Settings,
  spawnService,
  untilRefused,
} from '../support/running-service.ts'

const [demo] = demoStudents
const ann = { username: 'ann', password: 'a quiet reading room' }

async function withPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const place = await makePlace()
  try {
    return await work(place)
  } finally {
    await place.remove()
  }
}

function register(address: string) {
  const json = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
  return send('POST', `${address}/api/v1.0/register`, { json })
}

describe('the service as a process', { concurrency: 2 }, () => {
  test('starts without any files, registers a demo student, exits with 0 on SIGTERM, and keeps its data', () =>
    withPlace(async (place) => {
      const first = await spawnService(place)
      const registered = await register(first.address)
      assert.equal(registered.status, 201, registered.text)
      const { token } = (
        await send('GET', `${first.address}/api/v1.0/token`, { as: basic(ann.username, ann.password) })
      ).body as { token: string }
      assert.equal(await first.end(), 0)
      const second = await spawnService(place)
      for (const as of [basic(ann.username, ann.password), basic(token, '')]) {
        const reply = await send('GET', `${second.address}/api/v1.0/users/1`, { as })
        assert.equal(reply.status, 200, 'accounts, passwords and tokens survive a restart')
      }
      assert.equal(await second.end('SIGINT'), 0)
    }))

  test('finishes requests in flight on SIGTERM', () =>
    withPlace(async (place) => {
      const service = await spawnService(place)
      const { port, host } = new URL(service.address)
      const socket = connect(Number(port), '127.0.0.1')
      const body = JSON.stringify({ ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword })
      const head = [
        'POST /api/v1.0/register HTTP/1.1',
        `Host: ${host}`,
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 20)}`)
      await untilReceived(service.address)
      const exit = service.end()
      await untilRefused(service)
      socket.write(body.slice(20))
      const [answer] = await once(socket, 'data')
      assert.match(String(answer), /^HTTP\/1\.1 201 /)
      const answered = performance.now()
      assert.equal(await exit, 0)
      assertTook(performance.now() - answered, 5000, 'it waits for nothing else')
    }))

  test('exits with 0 within ten seconds, even if a client never finishes', { timeout: patience(30_000) }, () =>
    withPlace(async (place) => {
      const service = await spawnService(place)
      const { port, host } = new URL(service.address)
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`POST /api/v1.0/register HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 20\r\n\r\n{`)
      await untilReceived(service.address)
      const begun = performance.now()
      assert.equal(await service.end(), 0)
      assertTook(performance.now() - begun, 11_000, 'the end')
      socket.destroy()
    }),
  )

  test('reads a .env file, which the environment overrides', () =>
    withPlace(async (place) => {
      await writeFile(
        join(place.folder, '.env'),
        'PUBLIC_URL=https://from.the.file.example\nALLOW_DEMO_SCHOOL=1\nLOG_LEVEL=silent\n',
      )
      const one = await spawnService(place)
      assert.equal(
        ((await register(one.address)).body as { url: string }).url,
        'https://from.the.file.example/api/v1.0/users/1',
      )
      assert.doesNotMatch(one.said(), /"level":/)
      await one.end()
      const other = await spawnService(place, {
        PUBLIC_URL: 'http://from.the.environment.example',
        ALLOW_DEMO_SCHOOL: '1',
      })
      const user = await send('GET', `${other.address}/api/v1.0/users/1`, { as: basic(ann.username, ann.password) })
      assert.match(user.text, /http:\/\/from\.the\.environment\.example\//)
      await other.end()
    }))

  test('refuses a database that was created with another secret', () =>
    withPlace(async (place) => {
      await (await spawnService(place, { SECRET: 'one secret of thirty-two bytes or more' })).end()
      await assertRefused(place, { SECRET: 'another secret of thirty-two bytes or more' }, 'SECRET')
    }))
})

async function assertRefused(place: Place, settings: Settings, variable: string): Promise<void> {
  const { code, said } = await failToStart(place, settings)
  assert.equal(code, 1, said)
  const lines = said
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('{"level":'))
  assert.equal(lines.length, 1, said)
  assert.match(lines[0] ?? '', new RegExp(`\\b${variable}\\b`))
}

/** A later connection gets its response only after earlier ones were accepted. */
async function untilReceived(address: string): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) assert.equal((await send('GET', `${address}/healthz`)).status, 200)
}
