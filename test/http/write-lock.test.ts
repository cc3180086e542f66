import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertError } from '../contract/assert-error.ts'
import { bearer, send } from '../contract/client.ts'
import { registerStudents } from '../faults/student.ts'
import { holdWriteLock } from '../support/lock-holder.ts'
import { assertTook } from '../support/patience.ts'
import { makePlace, spawnService } from '../support/running-service.ts'

const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined

onSqlite('while another process holds the write lock reads succeed, and writes wait for a limited time', async (t) => {
  const place = await makePlace()
  const service = await spawnService(place, { SCHOOL: 'demo', THROTTLE: 'off', LOG_LEVEL: 'error' })
  t.after(async () => {
    await service.end('SIGKILL')
    await place.remove()
  })
  const [student] = await registerStudents(service.address)
  const as = bearer(student?.token ?? '')
  const start = () => send('POST', `${service.address}/api/v1.0/studys/`, { as })
  const { url } = (await start()).body as { url: string }
  const lock = await holdWriteLock(place.databaseUrl.slice('file:'.length))
  t.after(lock.release)

  let settled = false
  const refused = start().finally(() => {
    settled = true
  })
  for (let at = 0; at < 10; at++) {
    assert.equal((await send('GET', `${service.address}/healthz`)).status, 200)
    assert.equal((await send('GET', url, { as })).status, 200)
  }
  assert.ok(!settled, 'the write still waits')
  const begun = performance.now()
  assertError(await refused, 503)
  assert.match((await refused).headers.get('retry-after') ?? '', /^\d+$/)
  assertTook(performance.now() - begun, 5000, 'the wait for the lock')
  assert.equal((await send('GET', `${service.address}/readyz`)).status, 503)

  const waiting = Promise.all([start(), start(), start()])
  await send('GET', `${service.address}/healthz`)
  await lock.release()
  assert.deepEqual(
    (await waiting).map(({ status }) => status),
    [201, 201, 201],
  )
  assert.equal((await send('GET', `${service.address}/readyz`)).status, 200)
})
