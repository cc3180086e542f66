import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { occupy } from './command-line.ts'

test('prints or writes the document without a database', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-openapi-'))
  t.after(() => rm(folder, { recursive: true }))
  const env = { DATABASE_URL: `file:${folder}/data/x.sqlite` }
  const printed = await occupy(['openapi'], env)
  assert.equal(printed.code, 0, printed.errors)
  const document = JSON.parse(printed.output)
  assert.match(document.openapi, /^3\.1\./)
  for (const [path, method] of [
    ['/api/v1.0/register', 'post'],
    ['/api/v1.0/studys/', 'post'],
    ['/api/v1.0/studys/{study_id}', 'put'],
    ['/api/v1.0/users/{user_id}/studys/', 'get'],
    ['/api/v1.0/token', 'get'],
  ] as const) {
    assert.ok(document.paths[path]?.[method]?.summary, `${method} ${path}`)
  }
  const bodyOf = (path: string, method: string) => document.paths[path][method].requestBody.required
  assert.equal(bodyOf('/api/v1.0/register', 'post'), true)
  assert.equal(bodyOf('/api/v1.0/studys/', 'post'), false)
  assert.equal(bodyOf('/api/v1.0/studys/{study_id}', 'put'), false)
  const file = join(folder, 'openapi.json')
  const written = await occupy(['openapi', '--output', file], env)
  assert.deepEqual([written.code, written.output], [0, ''])
  assert.equal(await readFile(file, 'utf8'), printed.output)
  assert.deepEqual(await readdir(folder), ['openapi.json'])
})

test('a file that cannot be written is a failure', async () => {
  const { code, errors } = await occupy(['openapi', '--output', '/nowhere/openapi.json'])
  assert.equal(code, 1)
  assert.match(errors, /^[^\n]*\/nowhere\/openapi\.json[^\n]*\n$/)
})
