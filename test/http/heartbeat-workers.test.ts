import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, type Reply, send } from '../contract/client.ts'
import { makePlace, spawnService } from '../support/running-service.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const as = basic(ann.username, ann.password)
const [demo] = demoStudents
/** Six seconds of silence. */
const settings = { WORKERS: '2', STUDY_IDLE_MINUTES: '0.1' }

test('heartbeats to any worker keep a record running; it ends at the last one, even after a restart', {
  timeout: 90_000,
}, async () => {
  const place = await makePlace()
  let service = await spawnService(place, settings)
  // Separate connections, so that the workers take turns.
  const call = (method: string, path: string, json?: unknown): Promise<Reply> =>
    send(method, `${service.address}/api/v1.0${path}`, { as, json, headers: { connection: 'close' } })
  try {
    const student = { stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
    assert.equal((await call('POST', '/register', { ...ann, ...student })).status, 201)
    assert.equal((await call('POST', '/studys/')).status, 201)
    for (let beats = 0; beats < 16; beats += 1) {
      assert.equal((await call('POST', '/studys/running/heartbeat')).status, 204)
      await setTimeout(500)
    }
    assert.equal((await call('GET', '/studys/running')).status, 200, 'it ran for longer than the silence')
    const beforeLast = Date.now()
    await call('POST', '/studys/running/heartbeat')
    const last = Date.now()
    assert.equal(await service.end(), 0)
    while (Date.now() < last + 7_000) await setTimeout(100)

    service = await spawnService(place, settings)
    assert.equal((await call('GET', '/studys/running')).status, 404)
    const { studys } = (await call('GET', '/users/me/studys')).body as { studys: Record<string, unknown>[] }
    assert.deepEqual([studys[0]?.ended_by, studys[0]?.self_reported], ['idle', false])
    const ended = Date.parse(`${String(studys[0]?.end_time).replace(' ', 'T')}Z`)
    // A record's times are whole seconds.
    assert.ok(ended > beforeLast - 1_000 && ended <= last, `it ended ${ended - last} ms from its last heartbeat`)
  } finally {
    await service.end('SIGKILL')
    await place.remove()
  }
})
