import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { assertError } from '../contract/assert-error.ts'
import { bearer, send } from '../contract/client.ts'
import { linkTo } from '../support/cuttable-link.ts'
import { assertTook } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'

interface Fault {
  what: string
  begin(): Promise<void>
  repair(): Promise<void>
}

test('readiness returns 503 in the standard form while the database is unreachable, and then recovers', async (t) => {
  const { service, faults, end } = await startBreakable()
  t.after(end)
  for (const { what, begin, repair } of faults) {
    await assertReady(service)
    await begin()
    const begun = performance.now()
    const reply = await send('GET', `${service.address}/readyz`)
    assertError(reply, 503)
    assert.match(reply.headers.get('retry-after') ?? '', /^\d+$/, what)
    assertTook(performance.now() - begun, 4000, `${what}: reported within a monitor's timeout`)
    assert.equal((await send('GET', `${service.address}/healthz`)).status, 200, `${what}: the process is still running`)
    const index = await send('GET', `${service.address}/`)
    assert.equal((index.body as { status: string }).status, 'unavailable', what)
    await repair()
    await assertReady(service)
  }
})

const onPostgres = process.env.TEST_POSTGRES_URL === undefined ? () => undefined : test

// An open SQLite file is never unreachable.
onPostgres('a request while the database is unreachable gets a 503 in the standard form', async (t) => {
  const { service, faults, end } = await startBreakable()
  t.after(end)
  await faults[0]?.begin()
  const as = bearer('eyJhbGciOiJIUzI1NiJ9.e30.x')
  assertError(await send('GET', `${service.address}/api/v1.0/token`, { as: { authorization: 'Basic YTpi' } }), 503)
  assertError(await send('GET', `${service.address}/api/v1.0/studys`, { as }), 401)
})

async function assertReady({ address }: Service): Promise<void> {
  const reply = await send('GET', `${address}/readyz`)
  assert.deepEqual([reply.status, reply.body], [200, { status: 'ready' }])
}

function startBreakable(): Promise<{ service: Service; faults: Fault[]; end(): Promise<void> }> {
  return process.env.TEST_POSTGRES_URL === undefined ? onBreakableFile() : onBreakableServer()
}

async function onBreakableServer() {
  const links: Awaited<ReturnType<typeof linkTo>>[] = []
  const service = await startService(
    {},
    {
      through: async (url) => {
        const link = await linkTo(url)
        links.push(link)
        return Object.assign(new URL(url), { port: String(link.port) }).href
      },
    },
  )
  const [link] = links
  assert.ok(link)
  const faults: Fault[] = [
    { what: 'stopped', begin: link.cut, repair: link.repair },
    { what: 'unplugged', begin: async () => link.silence(), repair: link.repair },
  ]
  const end = async () => {
    await service.close()
    await link.cut()
  }
  return { service, faults, end }
}

async function onBreakableFile() {
  const service = await startService()
  const file = service.place.databaseUrl.slice('file:'.length)
  const faults: Fault[] = [
    { what: 'gone', begin: () => rename(file, `${file}.away`), repair: () => rename(`${file}.away`, file) },
    {
      what: 'broken',
      begin: () =>
        elsewhere(
          "fs.copyFileSync(file, file + '.good'); fs.writeFileSync(file, 'no database at all'.repeat(1000))",
          file,
        ),
      repair: () => elsewhere("fs.copyFileSync(file + '.good', file)", file),
    },
  ]
  return { service, faults, end: service.close }
}

/** The service runs in this process: closing its file here would drop SQLite's locks on it. */
async function elsewhere(script: string, file: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['-e', `const file = process.argv[1]; ${script}`, '--', file])
}
