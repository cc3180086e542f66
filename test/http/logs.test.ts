import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { assertTook, patience } from '../support/patience.ts'
import { makePlace, type SpawnedService, spawnService } from '../support/running-service.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const [demo] = demoStudents

/** Opens the log's destination, and returns what to close at the end. */
const outputs: Record<string, (folder: string) => { output: number; close(): void; lose(): void }> = {
  'a full disk': () => {
    const output = openSync('/dev/full', 'w')
    return { output, close: () => closeSync(output), lose: () => undefined }
  },
  'a pipe whose reader is idle': (folder) => {
    const { reader, output } = openPipe(folder)
    return { output, close: () => [reader, output].forEach(closeSync), lose: () => undefined }
  },
  'a pipe whose reader disconnects': (folder) => {
    const { reader, output } = openPipe(folder)
    const lose = () => [reader, output].forEach(closeSync)
    return { output, close: () => undefined, lose }
  },
}

function openPipe(folder: string) {
  const path = join(folder, 'pipe')
  assert.equal(spawnSync('mkfifo', [path]).status, 0)
  return { reader: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), output: openSync(path, 'w') }
}

describe('a log that cannot be written', { timeout: patience(120_000), concurrency: 2 }, () => {
  for (const [what, open] of Object.entries(outputs)) {
    for (const workers of ['1', '2']) {
      test(`stops nothing: ${what}, WORKERS=${workers}`, async () => {
        const place = await makePlace()
        const { output, close, lose } = open(place.folder)
        const service = await spawnService(place, { WORKERS: workers }, { output })
        try {
          lose()
          await use(service)
          const begun = performance.now()
          assert.equal(await service.end(), 0, service.said())
          assertTook(performance.now() - begun, 8000, 'it ends by itself, before its grace period is over')
        } finally {
          await service.end('SIGKILL')
          close()
          await place.remove()
        }
      })
    }
  }
})

/** More lines than a pipe holds, and passwords, whose hashing needs the threads that a blocked write would occupy. */
async function use({ address }: SpawnedService): Promise<void> {
  const json = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
  const registered = await send('POST', `${address}/api/v1.0/register`, { json })
  assert.equal(registered.status, 201, registered.text)
  for (let round = 0; round < 20; round += 1) {
    const asked = Array.from({ length: 50 }, (_, at) => send('GET', `${address}/nothing/${'x'.repeat(100)}/${at}`))
    for (const { status } of await Promise.all(asked)) assert.equal(status, 404)
  }
  const logins = Array.from({ length: 4 }, () =>
    send('GET', `${address}/api/v1.0/token`, { as: basic(ann.username, ann.password) }),
  )
  for (const { status } of await Promise.all(logins)) assert.equal(status, 200)
}
