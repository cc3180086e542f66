import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { occupy } from '../cli/command-line.ts'
import { basic, type Credentials, send } from '../contract/client.ts'
import { until } from '../support/patience.ts'
import { makePlace, type SpawnedService, spawnService } from '../support/running-service.ts'
import { signIn } from './signed-in.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const [demo] = demoStudents
const settings = { WORKERS: '2', SECRET: 'a secret for tests that is long enough' }

test('every worker and instance knows a session, and it ends in all of them at once', {
  timeout: 120_000,
}, async () => {
  const place = await makePlace()
  const services = [await spawnService(place, settings), await spawnService(place, settings)]
  try {
    for (const service of services)
      await until(() => service.said().split('"msg":"a worker is listening"').length > 2, 'both workers listen')
    const [{ address }] = services as [SpawnedService]
    const student = { stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
    const json = { ...ann, ...student }
    assert.equal((await send('POST', `${address}/api/v1.0/register`, { json })).status, 201)

    const ends: ((as: Credentials) => Promise<unknown>)[] = [
      (as) => call('DELETE', '/session', as),
      () => call('DELETE', '/users/me/sessions', basic(ann.username, ann.password)),
      (as) => call('PUT', '/users/me', as, { password: ann.password, new_password: ann.password }),
      async () => {
        const { code, errors } = await occupy(['tokens', 'revoke-all'], {
          DATABASE_URL: place.databaseUrl,
          ...settings,
        })
        assert.equal(code, 0, errors)
      },
    ]
    for (const [at, end] of ends.entries()) {
      const as = await signIn(address, ann)
      assert.deepEqual(await statuses(as), [200], `${at}: everyone knows it`)
      await end(as)
      assert.deepEqual(await statuses(as), [401], `${at}: no process knows it`)
    }

    async function call(method: string, path: string, as: Credentials, json?: object): Promise<void> {
      const reply = await send(method, `${address}/api/v1.0${path}`, { as, ...(json && { json }) })
      assert.ok(reply.status < 300, reply.text)
    }
  } finally {
    for (const service of services) await service.end('SIGKILL')
    await place.remove()
  }

  /** The statuses of many requests on separate connections, spread over the workers of both instances. */
  async function statuses(as: Credentials): Promise<number[]> {
    const asked = services.flatMap(({ address }) =>
      Array.from({ length: 8 }, () =>
        send('GET', `${address}/api/v1.0/session`, { as, headers: { connection: 'close' } }),
      ),
    )
    return [...new Set((await Promise.all(asked)).map(({ status }) => status))]
  }
})
