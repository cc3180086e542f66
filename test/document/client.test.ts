import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { startService } from '../support/service.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'occupy-client-'))
  await mkdir(join(folder, 'node_modules'))
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  const client = join(folder, 'node_modules', 'occupy-client')
  // Installs its tools when it is first run, as npm ci does.
  await run(process.execPath, ['scripts/client.mjs', '--output', client], { cwd: root })
})
after(() => rm(folder, { recursive: true, force: true }))

/** What an app would contain, without a type assertion. */
const app = `import { createOccupyClient, type components } from 'occupy-client'

const [baseUrl = '', stu_id = '', stu_pwd = ''] = process.argv.slice(2)
const [username, password] = ['张三', '图书馆里真的很安静']
const anyone = createOccupyClient({ baseUrl, language: 'en' })
const registered = await anyone.POST('/api/v1.0/register', { body: { username, password, stu_id, stu_pwd } })
if (registered.error) throw new Error(registered.error.message)
const user: components['schemas']['User'] = registered.data
const { data: issued } = await createOccupyClient({ baseUrl, username, password }).GET('/api/v1.0/token')
const api = createOccupyClient({ baseUrl, token: issued?.token })
const me = await api.GET('/api/v1.0/users/me')
const started = await api.POST('/api/v1.0/studys/')
const study_id: number = started.data?.id ?? 0
const ended = await api.PUT('/api/v1.0/studys/{study_id}', { params: { path: { study_id } }, body: {} })
const end: string | null | undefined = ended.data?.end_time
const page = await api.GET('/api/v1.0/studys', { params: { query: { per_page: 1, order: 'desc', running: false } } })
const next: string | null | undefined = page.data?.next
const missing = await anyone.GET('/api/v1.0/studys/{study_id}', { params: { path: { study_id } } })
console.log(JSON.stringify({ user, me: me.data, ended: end !== null, next, count: page.data?.count, refused: missing.error?.message }))
`

test('the client compiles without a type assertion, and works', async (t) => {
  await writeFile(join(folder, 'app.ts'), app)
  const compilerOptions = {
    ...{ strict: true, noEmit: true, noUncheckedIndexedAccess: true, module: 'nodenext', target: 'esnext' },
    ...{ lib: ['esnext', 'dom'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }))
  const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]).catch((error) => error)
  assert.equal(stdout, '')
  const service = await startService()
  t.after(() => service.close())
  const [student] = demoStudents
  const words = [service.address, student?.studentNumber ?? '', student?.schoolPassword ?? '']
  const said = JSON.parse((await run(process.execPath, [join(folder, 'app.ts'), ...words])).stdout)
  assert.equal(said.user.username, '张三')
  assert.equal(said.me.url, said.user.url)
  assert.deepEqual([said.ended, said.next, said.count], [true, null, 1])
  assert.match(said.refused, /^The credentials are missing/)
})

test('the Postman collection has every operation, with the examples as bodies', async () => {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(folder, 'node_modules/occupy-client', name), 'utf8'))
  const collection = await read('postman-collection.json')
  const document = await read('openapi.json')
  assert.equal(collection.info.schema, 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json')
  const requests = (collection.item as Folder[]).flatMap(({ item }) => item.map(({ request }) => request))
  const asked = requests.map(({ method, url }) => `${method} /${url.path.join('/').replaceAll(/:(\w+)/g, '{$1}')}`)
  const described = Object.entries(document.paths as object).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual(asked.sort(), described.sort())
  const start = requests.find(({ url }) => url.path.join('/') === 'api/v1.0/studys/')
  assert.equal(start?.body?.raw, '{}')
  const values = new Map(
    (collection.variable as { key: string; value: string }[]).map(({ key, value }) => [key, value]),
  )
  assert.equal(values.get('baseUrl'), document.servers[0].url)
  assert.equal(collection.auth.type, 'basic')
  assert.ok(values.get('basicAuthUsername'))
})

interface Folder {
  item: { request: { method: string; url: { path: string[] }; body?: { raw: string } } }[]
}
