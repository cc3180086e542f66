import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { version } from '../../src/version.ts'
import { occupy } from './command-line.ts'

test('without a command, help is shown', async () => {
  const { code, output } = await occupy([])
  assert.equal(code, 0)
  assert.match(output, /^Usage: occupy[\s\S]*Exit codes/)
})

test('every command and option has a description', async () => {
  const look = (command: Command, path: string) => {
    assert.ok(command.description(), path)
    for (const { flags, description } of command.options) assert.ok(description, `${path} ${flags}`)
    for (const part of command.commands) look(part, `${path} ${part.name()}`)
  }
  look(await createProgram({}), 'occupy')
})

for (const [words, hint] of [
  [['acounts'], /Did you mean accounts\?/],
  [['accounts', 'lst'], /Did you mean list\?/],
  [['accounts', 'list', '--lmit', '3'], /Did you mean --limit\?/],
  [['accounts', 'show'], /'who'/],
  [['accounts', 'list', '--limit', '0'], /whole number from 1/],
  [['serve', '--port', '1'], /occupy serve --help/],
  [['accounts'], /reset-password/],
] as const) {
  test(`'occupy ${words.join(' ')}' is wrong usage: exit code 2 and a hint`, async () => {
    const { code, output, errors } = await occupy([...words])
    assert.equal(code, 2)
    assert.equal(output, '')
    assert.match(errors, hint)
  })
}

test('the version is that of the package', async () => {
  assert.equal((await occupy(['--version'])).output, `${version}\n`)
})

test('migrate reports what it did, and creates files readable by their owner only', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-migrate-'))
  t.after(() => rm(folder, { recursive: true }))
  const env = { DATABASE_URL: `file:${folder}/data/campus.sqlite` }
  const first = await occupy(['migrate'], env)
  assert.equal(first.code, 0, first.errors)
  assert.match(first.output, /foundation\n[\s\S]*campus\.sqlite: migrated, steps: \d+\n$/)
  assert.match((await occupy(['migrate'], env)).output, /^[^\n]*already up to date\n$/)
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
  assert.equal(await mode(join(folder, 'data')), '700')
  for (const file of await readdir(join(folder, 'data'))) assert.equal(await mode(join(folder, 'data', file)), '600')
})

test('reports a used port in one line that says what to do', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-port-'))
  const otherServer = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => otherServer.once('listening', resolve))
  t.after(async () => {
    otherServer.close()
    await rm(folder, { recursive: true })
  })
  const { port } = otherServer.address() as { port: number }
  const env = { DATABASE_URL: `file:${folder}/campus.sqlite`, PORT: String(port), LOG_LEVEL: 'silent' }
  const { code, errors } = await occupy(['serve'], env)
  assert.equal(code, 1)
  assert.match(errors, new RegExp(`^[^\\n]*PORT[^\\n]*:${port} [^\\n]*PORT=${port + 1} npm start\\n$`))
})
