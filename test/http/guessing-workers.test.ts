import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { until } from '../support/patience.ts'
import { patient } from '../support/patient.ts'
import { makePlace, type SpawnedService, spawnService } from '../support/running-service.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const [demo] = demoStudents
const student = { stu_id: demo?.studentNumber ?? '', stu_pwd: demo?.schoolPassword ?? '' }

test('many concurrent guesses do not exceed a limit, whichever worker they reach', { timeout: 120_000 }, async () => {
  const place = await makePlace()
  const service = await spawnService(place, { WORKERS: '2' })
  try {
    await until(() => service.said().split('"msg":"a worker is listening"').length > 2, 'both workers listen')
    const url = `${service.address}/api/v1.0`
    const registered = await send('POST', `${url}/register`, { json: { ...ann, ...student } })
    assert.equal(registered.status, 201, registered.text)
    const logins = [ann.username, student.stu_id]
    const begun = performance.now()
    const replies = await Promise.all(
      Array.from({ length: 95 }, (_, at) =>
        patient(() => send('GET', `${url}/token`, { as: basic(logins[at % 2] as string, `wrong password ${at}`) })),
      ),
    )
    const statuses = replies.map(({ status }) => status)
    const tried = statuses.filter((status) => status === 401).length
    // One more for each wait that ends meanwhile on a slow machine.
    assert.ok(tried >= 20 && tried <= 20 + Math.floor((performance.now() - begun) / 30_000), `${tried} were tried`)
    assert.equal(statuses.filter((status) => status === 429).length, 95 - tried)
    assert.equal(new Set(workersOf(service)).size, 2, 'both got requests')
  } finally {
    await service.end('SIGKILL')
    await place.remove()
  }
})

function workersOf(service: SpawnedService): string[] {
  return [...service.said().matchAll(/"pid":(\d+)[^\n]*"path":"\/api\/v1\.0\/token"/g)].map(([, pid]) => pid as string)
}
