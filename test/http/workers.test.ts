import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { restartDelay } from '../../src/server/workers/workers.ts'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { patience, until } from '../support/patience.ts'
import { failToStart, makePlace, type Place, type SpawnedService, spawnService } from '../support/running-service.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const [demo] = demoStudents

async function withWorkers(work: (service: SpawnedService, place: Place) => Promise<void>): Promise<void> {
  const place = await makePlace()
  const service = await spawnService(place, { WORKERS: '3' })
  try {
    await until(() => workersOf(service).length === 3, 'every worker listens')
    await work(service, place)
  } finally {
    await service.end('SIGKILL')
    await place.remove()
  }
}

describe('several workers', { timeout: patience(60_000), concurrency: 2 }, () => {
  test('serve on one port, print one greeting, and exit with 0 on SIGTERM', () =>
    withWorkers(async (service) => {
      const json = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
      const registered = await send('POST', `${service.address}/api/v1.0/register`, { json })
      assert.equal(registered.status, 201, registered.text)
      // Separate connections, so that workers take turns.
      for (let at = 0; at < 9; at += 1) {
        const { status } = await onFreshConnection(service, '/api/v1.0/users/1', basic(ann.username, ann.password))
        assert.equal(status, 200)
      }
      assert.equal(service.said().match(/API docs/g)?.length, 1)
      const { text } = await onFreshConnection(service, '/metrics')
      assert.match(
        text,
        /occupy_school_logins_total\{outcome="verified"\} 1\n/,
        'metrics of all workers, from any of them',
      )
      const workers = workersOf(service)
      assert.equal(await service.end(), 0)
      for (const worker of workers) assert.ok(!lives(worker))
      const served = service.said().matchAll(/"pid":(\d+)[^\n]*"path":"\/api\/v1\.0\/users\/1"/g)
      assert.deepEqual(new Set([...served].map(([, pid]) => Number(pid))), new Set(workers), 'each had requests')
    }))

  test('are replaced when they die', () =>
    withWorkers(async (service) => {
      const [victim = 0] = workersOf(service)
      process.kill(victim, 'SIGKILL')
      await until(() => workersOf(service).length === 4, 'another worker listens')
      for (let at = 0; at < 6; at += 1) assert.equal((await onFreshConnection(service, '/readyz')).status, 200)
      assert.equal(await service.end('SIGINT'), 0)
    }))

  test('end with the primary, however it ends', () =>
    withWorkers(async (service) => {
      const workers = workersOf(service)
      await service.end('SIGKILL')
      await until(() => !workers.some(lives), 'the workers end')
    }))

  test('that cannot start print one error, and the service exits with 1', async () => {
    const place = await makePlace()
    try {
      await (await spawnService(place, { SECRET: 'one secret of thirty-two bytes or more' })).end()
      const settings = { WORKERS: '3', LOG_LEVEL: 'silent' }
      const foreign = await failToStart(place, { ...settings, SECRET: 'another secret of thirty-two bytes or more' })
      assert.equal(foreign.code, 1)
      assert.match(foreign.said, /^[^\n]*\bSECRET\b[^\n]*\n$/)
      const profile = { SECRET: 'one secret of thirty-two bytes or more', SCHOOL_CAPTCHA_PROFILE: '/nowhere.json' }
      const unread = await failToStart(place, { ...settings, ...profile })
      assert.equal(unread.code, 1)
      assert.match(unread.said, /^[^\n]*\bSCHOOL_CAPTCHA_PROFILE\b[^\n]*\n$/)
    } finally {
      await place.remove()
    }
  })
})

test('a worker that dies is replaced at once, and one that keeps dying early after growing delays of up to ten seconds', () => {
  assert.deepEqual([0, 1, 2, 3, 4].map(restartDelay), [0, 0, 100, 200, 400])
  assert.equal(restartDelay(50), 10_000)
})

function workersOf(service: SpawnedService): number[] {
  return [...service.said().matchAll(/"worker":(\d+),"msg":"a worker is listening"/g)].map(([, pid]) => Number(pid))
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function onFreshConnection({ address }: SpawnedService, path: string, as: { authorization?: string } = {}) {
  const { port, host } = new URL(address)
  const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8')
  const credentials = Object.entries(as).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${credentials.join('')}Connection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += chunk
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text }
}
