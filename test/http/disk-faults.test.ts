import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { assertError } from '../contract/assert-error.ts'
import { bearer, send } from '../contract/client.ts'
import { registerStudents } from '../faults/student.ts'
import { canRefuseWrites, type DiskFault, fullDisk, mountSmallDisk, refusedWrites } from '../support/faulty-disk.ts'
import { assertTook } from '../support/patience.ts'
import { makePlace, type Place, type SpawnedService, spawnService } from '../support/running-service.ts'

const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined
const settings = {
  SCHOOL: 'demo',
  THROTTLE: 'off',
  LOG_LEVEL: 'error',
  SECRET: 'a secret for tests that is long enough',
}
const studies = '/api/v1.0/studys/'

onSqlite('on a full disk writes get 503, reads succeed, and writes resume when space is free', (t) =>
  onSmallDisk(t, 4096, (service, folder) => assertSurvived(service, fullDisk(folder))),
)

onSqlite('while the disk fails writes get 503, reads succeed, and writes resume with the disk', async (t) => {
  if (!(await canRefuseWrites())) return t.skip('prlimit (util-linux) is missing')
  await inPlace(await makePlace(), (service) => assertSurvived(service, refusedWrites(service.child.pid as number)))
})

onSqlite('the write-ahead log does not fill a small disk', (t) =>
  onSmallDisk(t, 1024, async ({ address }) => {
    const [student] = await registerStudents(address)
    const as = bearer(student?.token ?? '')
    // Each adds some 20 KiB to the log.
    for (let at = 0; at < 150; at++) assert.equal((await send('POST', address + studies, { as })).status, 201)
  }),
)

type Work = (service: SpawnedService, folder: string) => Promise<void>

async function onSmallDisk(t: TestContext, kibibytes: number, work: Work): Promise<void> {
  const place = await makePlace()
  const disk = await mountSmallDisk(place.folder, kibibytes)
  if (typeof disk === 'string') {
    await place.remove()
    return t.skip(disk)
  }
  const remove = async () => {
    await disk.unmount()
    await place.remove()
  }
  await inPlace({ ...place, remove }, work)
}

async function inPlace(place: Place, work: Work): Promise<void> {
  let service: SpawnedService | undefined
  try {
    service = await spawnService(place, settings)
    await work(service, place.folder)
  } finally {
    await service?.end('SIGKILL')
    await place.remove()
  }
}

async function assertSurvived({ address, said, child }: SpawnedService, fault: DiskFault): Promise<void> {
  const [student] = await registerStudents(address)
  const as = bearer(student?.token ?? '')
  const start = () => send('POST', address + studies, { as })
  const ready = async () => (await send('GET', `${address}/readyz`)).status
  const record = (await start()).body as { url: string }
  assert.equal(await ready(), 200)

  await fault.begin()
  const begun = performance.now()
  // Some may still fit into the log, also later: a checkpoint delayed by a reader is repeated after a second.
  for (let refusals = 0; refusals < 20; ) {
    const reply = await start()
    refusals = reply.status === 201 ? 0 : refusals + 1
    assertTook(performance.now() - begun, 30_000, 'filling the disk')
    if (refusals === 0) continue
    assertError(reply, 503)
    assert.match(reply.headers.get('retry-after') ?? '', /^\d+$/)
  }
  const seconds = (performance.now() - begun) / 1000
  assert.equal((await send('GET', record.url, { as })).status, 200)
  assert.equal(await ready(), 503)
  assert.equal((await send('GET', `${address}/healthz`)).status, 200)
  while (!said().includes('the database is unavailable')) await once(child.stdout as Readable, 'data')
  const lines = said().match(/^.*the database is unavailable.*$/gm) ?? []
  assert.ok(lines.length >= 1 && lines.length <= seconds + 3, `${lines.length} lines in ${seconds} s`)
  assert.ok(!said().includes('"stack"'), said())

  await fault.end()
  assert.equal((await start()).status, 201)
  assert.equal(await ready(), 200)
}
