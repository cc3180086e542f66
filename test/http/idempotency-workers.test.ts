import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, type Call, type Reply, send } from '../contract/client.ts'
import { patience, until } from '../support/patience.ts'
import { makePlace, type SpawnedService, spawnService } from '../support/running-service.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const as = basic(ann.username, ann.password)
const [demo] = demoStudents
const settings = { WORKERS: '3' }

test('every worker knows a key, also after a restart and a kill -9', { timeout: patience(90_000) }, async () => {
  const place = await makePlace()
  let service = await started()
  try {
    const registration = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
    const registrationKey = randomUUID()
    const register = () => keyed('POST', '/register', registrationKey, { json: registration })
    const registered = await atOnce(6, register, 201)
    const startKey = randomUUID()
    const start = () => keyed('POST', '/studys/', startKey, { as, json: { subject: '高等数学' } })
    const first = await atOnce(30, start, 201)

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await service.end(signal)
      service = await started()
      for (const [repeat, before] of [
        [start, first],
        [register, registered],
      ] as const) {
        const { status, text, headers } = await repeat()
        const path = new URL(headers.get('location') ?? '').pathname
        assert.deepEqual(
          [status, text, path],
          [201, before.text, new URL(before.headers.get('location') ?? '').pathname],
        )
      }
    }
    const { body } = await send('GET', `${service.address}/api/v1.0/users/me/studys`, { as })
    assert.equal((body as { count: number }).count, 1)
    const { text } = await send('GET', `${service.address}/metrics`)
    assert.doesNotMatch(
      text,
      /occupy_school_logins_total\{outcome="verified"\} [1-9]/,
      'the school was not asked again',
    )
  } finally {
    await service.end('SIGKILL')
    await place.remove()
  }

  async function started(): Promise<SpawnedService> {
    const spawned = await spawnService(place, settings)
    await until(
      () => (spawned.said().match(/"msg":"a worker is listening"/g)?.length ?? 0) >= 3,
      'every worker listens',
    )
    return spawned
  }

  // Separate connections, so that the workers take turns.
  function keyed(method: string, path: string, key: string, call: Call): Promise<Reply> {
    const headers = { 'idempotency-key': key, connection: 'close' }
    return send(method, `${service.address}/api/v1.0${path}`, { ...call, headers })
  }
})

/** One of the responses. All completed ones must be equal; the others are still in progress. */
async function atOnce(times: number, request: () => Promise<Reply>, status: number): Promise<Reply> {
  const all = await Promise.all(Array.from({ length: times }, request))
  const answered = all.filter((reply) => reply.status === status)
  const [first] = answered
  assert.ok(first, all.map(({ text }) => text).join())
  for (const { text } of answered) assert.equal(text, first.text)
  for (const reply of all.filter((one) => !answered.includes(one))) assert.equal(reply.status, 409, reply.text)
  return first
}
