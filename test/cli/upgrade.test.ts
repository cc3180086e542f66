import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/students/student.ts'
import { basic, send } from '../contract/client.ts'
import { patience } from '../support/patience.ts'
import { openReleaseSite, type ReleaseSite } from '../support/release-site.ts'

const missingTool = ['bash', 'git', 'curl', 'setsid'].find((tool) => spawnSync(tool, ['--version']).status !== 0)
const [demo] = demoStudents
const ann = { username: 'ann', password: 'a quiet reading room' }

describe('deploy/upgrade.sh', { skip: missingTool && `${missingTool} is missing`, timeout: patience(120_000) }, () => {
  let site: ReleaseSite
  before(async () => {
    site = await openReleaseSite()
    await site.tag('v1', {})
    const { code, said } = await site.upgrade('v1')
    assert.equal(code, 0, said)
  })
  after(() => site.remove())

  const current = () => readlinkSync(join(site.root, 'current'))

  async function versions(): Promise<string[]> {
    const documents = await Promise.all(site.ports.map((port) => send('GET', `http://127.0.0.1:${port}/openapi.json`)))
    return documents.map(({ body }) => (body as { info: { version: string } }).info.version)
  }

  test('installs beside two instances under load, restarts them in turn, and no request fails', async () => {
    const json = { ...ann, stu_id: demo?.studentNumber, stu_pwd: demo?.schoolPassword }
    const registered = await send('POST', `http://127.0.0.1:${site.ports[0]}/api/v1.0/register`, { json })
    assert.equal(registered.status, 201, registered.text)
    await site.tag('v2', { 'package.json': ['"version": "', '"version": "2'] })
    const load = startLoad(site.ports)
    const { code, said } = await site.upgrade('v2')
    const { statuses, failures } = await load.stop()
    assert.equal(code, 0, said)
    assert.deepEqual(failures, [])
    assert.deepEqual([...statuses].sort(), [200, 201])
    assert.equal(current(), 'releases/v2')
    assert.ok((await versions()).every((version) => version.startsWith('2')))
    assert.match(readFileSync(join(site.root, 'npm.log'), 'utf8'), /^npm ci --omit=dev/m)
  })

  // PostgreSQL is migrated beside an older release: see docs/decisions.md.
  const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined
  onSqlite(
    'rolls back if the new release has a migration and another instance uses the file, and its log says why',
    async () => {
      await site.tag('v4', {
        'src/storage/migrate.ts': [
          "'2026-11-24-foundation': foundation,",
          "'2026-11-24-foundation': foundation,\n  'later than v2': { up: async () => undefined },",
        ],
      })
      const [port = 0] = site.ports
      const before = (await site.log(port)).length
      assert.equal((await site.upgrade('v4', { OCCUPY_READY_SECONDS: '12' })).code, 1)
      assert.match((await site.log(port)).slice(before), /is in use: stop the service/)
      assert.equal(current(), 'releases/v2')
      assert.ok((await versions()).every((version) => version.startsWith('2')))
    },
  )

  // Must be last: each tag builds on the previous one.
  test('rolls back if the new release does not start', async () => {
    await site.tag('v3', { 'src/main.ts': ['import { explain }', 'process.exit(3)\nimport { explain }'] })
    const { code, said } = await site.upgrade('v3', { OCCUPY_READY_SECONDS: '3' })
    assert.equal(code, 1)
    assert.match(said, /is not ready with v3, its log says why: back to releases\/v2\n$/)
    assert.equal(current(), 'releases/v2')
    assert.ok((await versions()).every((version) => version.startsWith('2')))
  })
})

/** Sends reads and writes on separate connections. Like a proxy, tries the other instance if one accepts no connection. */
function startLoad(ports: readonly number[]) {
  const statuses = new Set<number>()
  const failures: string[] = []
  let ends = false

  async function client(at: number): Promise<void> {
    for (let turn = at; !ends; turn += 1) {
      const [method, path] = turn % 4 === 0 ? ['POST', '/studys/'] : ['GET', '/users/1']
      try {
        const status = await ask(method as string, path as string, [ports[turn % 2] ?? 0, ports[(turn + 1) % 2] ?? 0])
        statuses.add(status)
        if (status >= 400) failures.push(`${method} ${path}: ${status}`)
      } catch (error) {
        failures.push(`${method} ${path}: ${error}`)
      }
    }
  }

  const clients = Array.from({ length: 4 }, (_, at) => client(at))
  return {
    async stop() {
      ends = true
      await Promise.all(clients)
      return { statuses, failures }
    },
  }
}

async function ask(method: string, path: string, [port = 0, ...others]: number[]): Promise<number> {
  const headers = basic(ann.username, ann.password)
  const answer = await new Promise<number>((resolve, reject) => {
    const call = request(`http://127.0.0.1:${port}/api/v1.0${path}`, { method, headers, agent: false }, (response) => {
      text(response).then(() => resolve(response.statusCode ?? 0), reject)
    })
    call.on('error', reject).end()
  }).catch((error: NodeJS.ErrnoException) => {
    const isRefused = error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET'
    if (!isRefused || others.length === 0) throw error
    return undefined
  })
  return answer ?? ask(method, path, others)
}
