import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { type CuttableLink, linkTo } from '../support/cuttable-link.ts'
import { openStream, type Stream } from '../support/event-stream.ts'
import { assertTook, patience, until } from '../support/patience.ts'
import { makePlace, type Place, type Settings, type SpawnedService, spawnService } from '../support/running-service.ts'
import { startService } from '../support/service.ts'
import { Campus } from './campus.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const as = basic(ann.username, ann.password)
const [demo] = demoStudents
const isAnn = ({ username }: Record<string, unknown>) => username === 'ann'

async function withPlace(work: (place: Place, spawn: typeof spawnService) => Promise<void>): Promise<void> {
  const place = await makePlace()
  const services: SpawnedService[] = []
  try {
    await work(place, async (...options) => {
      const service = await spawnService(...options)
      services.push(service)
      return service
    })
  } finally {
    for (const service of services) await service.end('SIGKILL')
    await place.remove()
  }
}

async function register({ address }: SpawnedService): Promise<void> {
  const json = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
  const reply = await send('POST', `${address}/api/v1.0/register`, { json })
  assert.equal(reply.status, 201, reply.text)
}

const call = ({ address }: SpawnedService, method: string, path: string) =>
  // Separate connections, so that workers take turns.
  send(method, `${address}/api/v1.0${path}`, { as, headers: { connection: 'close' } })

const openAll = (...addresses: string[]) => Promise.all(addresses.map((address) => openStream(address, { as })))

async function assertStartAndStopReceived(service: SpawnedService, streams: Stream[]): Promise<void> {
  assert.equal((await call(service, 'POST', '/studys/')).status, 201)
  await Promise.all(streams.map((stream) => stream.next('start', isAnn)))
  assert.equal((await call(service, 'PUT', '/studys/running')).status, 200)
  await Promise.all(streams.map((stream) => stream.next('end', isAnn)))
}

describe('a listener', { timeout: patience(120_000), concurrency: 2 }, () => {
  test('at any worker receives the events of all, and SIGTERM ends the streams at once', () =>
    withPlace(async (place, spawn) => {
      const service = await spawn(place, { WORKERS: '2', THROTTLE: 'off' })
      await until(() => service.said().match(/"a worker is listening"/g)?.length === 2, 'both workers listen')
      await register(service)
      const streams = await openAll(...Array<string>(4).fill(service.address))
      for (let round = 0; round < 2; round++) await assertStartAndStopReceived(service, streams)
      // Each worker issues its own ids.
      assert.equal(new Set(streams.map(({ events }) => events[0]?.id.split('.')[1])).size, 2)
      const begun = performance.now()
      const exit = service.end()
      await until(() => streams.every((stream) => stream.hasEnded()), 'the streams end')
      assert.equal(await exit, 0)
      assertTook(performance.now() - begun, 5000, 'the end')
    }))

  test('at one instance receives events of another one on the same database', () =>
    withPlace(async (place, spawn) => {
      const settings: Settings = { SECRET: 'one secret of thirty-two bytes or more', THROTTLE: 'off' }
      const [one, other] = [await spawn(place, settings), await spawn(place, settings)]
      await register(one)
      const streams = await openAll(one.address, other.address)
      for (const service of [one, other]) await assertStartAndStopReceived(service, streams)
      // A row has the same key in every response.
      const keys = streams.map(({ events }) =>
        events.filter(({ event }) => event === 'start').map(({ data }) => data.key),
      )
      assert.deepEqual(keys[0], keys[1])
      const [first] = streams
      const { id = '' } = first?.events.at(-1) ?? {}
      // It has not followed for long enough to know that nothing is missing.
      const moved = await openStream(other.address, { as, lastEventId: id })
      await moved.next('reset')
      await moved.next('count')
      for (const stream of [...streams, moved]) stream.close()
      for (const service of [one, other]) assert.equal(await service.end(), 0)
    }))
})

const onPostgres = process.env.TEST_POSTGRES_URL === undefined ? () => undefined : test

onPostgres('a stream survives an outage of PostgreSQL, and then reports what happened', async (t) => {
  let link: CuttableLink | undefined
  const far = await startService()
  const near = await startService(
    {},
    {
      through: async () => {
        link = await linkTo(far.place.databaseUrl)
        return far.place.databaseUrl.replace(/@[^/]+/, `@127.0.0.1:${link.port}`)
      },
    },
  )
  t.after(async () => {
    await near.close()
    await link?.cut()
    await far.close()
  })
  const campus = new Campus()
  campus.open(far)
  const { token, username } = await campus.register()
  const bob = { authorization: `Bearer ${token}` }
  const isBob = (data: Record<string, unknown>) => data.username === username
  const stream = await openStream(near.address, { as: bob })
  await campus.post('/studys/', {}, { as: bob })
  await stream.next('start', isBob)
  await link?.cut()
  assert.equal((await campus.send('PUT', '/studys/running', { as: bob })).status, 200)
  await link?.repair()
  await stream.next('end', isBob)
  await campus.post('/studys/', {}, { as: bob })
  await stream.next('start', isBob)
  assert.ok(!stream.hasEnded())
  stream.close()
})
