import assert from 'node:assert/strict'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { type BuiltCopy, makeBuiltCopy } from '../support/built-copy.ts'
import { patience, until } from '../support/patience.ts'
import { makePlace, type Settings, type SpawnedService, spawnService } from '../support/running-service.ts'

const [demo] = demoStudents
const ann = { username: 'ann', password: 'a quiet reading room' }
const known = basic(ann.username, ann.password)
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const
const parts = ['dist', 'node_modules']

let copy: BuiltCopy
before(async () => {
  copy = await makeBuiltCopy()
})
after(() => copy.remove())

test('every route works after the files of the service are deleted', { timeout: patience(60_000) }, () =>
  withService({}, async ({ address }) => {
    const json = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
    const wrong = { ...json, stu_pwd: 'not the password' }
    const register = (body: object) => send('POST', `${address}/api/v1.0/register`, { json: body })
    assert.equal((await register(wrong)).status, 400)
    assert.equal((await register(json)).status, 201)
    assert.equal((await send('GET', `${address}/api/v1.0/token`, { as: known })).status, 200)
    for (const path of [
      '',
      'healthz',
      'readyz',
      'metrics',
      'docs',
      'docs/start.js',
      'docs/reference.js',
      'favicon.ico',
      'index.html',
      'sw.js',
    ]) {
      assert.equal((await send('GET', `${address}/${path}`)).status, 200, path)
    }
    const { body } = await send('GET', `${address}/openapi.json`)
    const { paths } = body as { paths: Record<string, object> }
    assert.ok(Object.keys(paths).length >= 10)
    // Deleting the account comes last.
    for (const method of methods.toSorted((a, b) => Number(a === 'DELETE') - Number(b === 'DELETE'))) {
      for (const path of Object.keys(paths)) await sendAnything(method, `${address}${path}`)
    }
    assert.equal((await send('GET', `${address}/healthz`)).status, 200)
  }),
)

async function sendAnything(method: (typeof methods)[number], address: string): Promise<void> {
  const url = address.replaceAll(/\{[^}]+\}/g, '1')
  const body = method === 'GET' ? {} : { json: { username: 1, start_time: 'never' } }
  for (const as of [known, {}, basic(ann.username, 'a wrong password')]) {
    const { status, text } = await send(method, url, { as, ...body })
    assert.ok(status < 500, `${method} ${url}: ${status} ${text}`)
  }
}

test(
  'a worker that dies while the files are missing is replaced once they are back',
  { timeout: patience(60_000) },
  () =>
    withService({ WORKERS: '2' }, async (service, bringBack) => {
      process.kill(Number(workersOf(service)[0]), 'SIGKILL')
      await until(() => /ENOENT/.test(service.said()), 'the new worker misses its files')
      assert.equal((await send('GET', `${service.address}/readyz`)).status, 200)
      await bringBack()
      await until(() => workersOf(service).length === 3, 'another worker listens')
      assert.equal((await send('GET', `${service.address}/readyz`)).status, 200)
    }),
)

/** Moves the files away once the service is ready. */
async function withService(
  settings: Settings,
  work: (service: SpawnedService, bringBack: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const place = await makePlace()
  const away = (part: string) => join(copy.folder, `${part}-away`)
  const bringBack = async () => {
    for (const part of parts) await rename(away(part), join(copy.folder, part))
  }
  try {
    const service = await spawnService(place, settings, { program: [copy.node, copy.main] })
    let isAway = false
    try {
      // The greeting needs only the first worker; the others still load files.
      await until(() => workersOf(service).length >= Number(settings.WORKERS ?? 0), 'every worker listens')
      for (const part of parts) await rename(join(copy.folder, part), away(part))
      isAway = true
      await work(service, async () => {
        await bringBack()
        isAway = false
      })
      assert.equal(await service.end(), 0)
    } finally {
      await service.end('SIGKILL')
      if (isAway) await bringBack()
    }
  } finally {
    await place.remove()
  }
}

function workersOf(service: SpawnedService): string[] {
  return [...service.said().matchAll(/"worker":(\d+),"msg":"a worker is listening"/g)].map(([, pid = '']) => pid)
}
