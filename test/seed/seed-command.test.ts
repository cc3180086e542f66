import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { patience, until } from '../support/patience.ts'

const command = new URL('../../src/cli/seed.command.ts', import.meta.url).href
const script = `const { seedCommand } = await import('${command}'); await seedCommand(process.env).parseAsync(process.argv.slice(1), { from: 'user' })`
const words = ['--students', '500', '--records', '200000', '--from', '2026-02-01', '--to', '2026-07-01']

describe('occupy seed', () => {
  let folder: string
  let file: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'occupy-seed-command-'))
    file = join(folder, 'campus.sqlite')
  })

  after(() => rm(folder, { recursive: true }))

  test('stops cleanly on Ctrl-C, continues when run again, and refuses another campus', {
    timeout: patience(120_000),
  }, async () => {
    const stopped = run(words)
    // Students come first, and some of the records right after them.
    await until(() => rowsIn(file, 'accounts') > 0, 'accounts are made')
    stopped.child.kill('SIGINT')
    assert.equal((await stopped.end).code, 130)
    const kept = rowsIn(file, 'studies')
    assert.ok(kept > 0 && kept < 200_000, `${kept} records were kept`)

    const whole = await run(words).end
    assert.equal(whole.code, 0, whole.said)
    assert.equal(rowsIn(file, 'studies'), 200_000)
    assert.match(whole.said, /seed: 200,000 of 200,000 records \(100 %\)/)

    const other = await run([...words, '--seed', '8']).end
    assert.equal(other.code, 1)
    assert.match(other.said, /DATABASE_URL.*other options/)
  })

  for (const [wrong, names] of [
    [['--records', 'many'], /records/],
    [['--from', 'yesterday'], /from/],
    [['--from', '2025-01-01', '--to', '2024-01-01'], /--from/],
    [['--to', '2999-01-01'], /--to/],
  ] as const) {
    test(`rejects ${wrong.join(' ')}`, async () => {
      const { code, said } = await run([...wrong]).end
      assert.equal(code, 1)
      assert.match(said, names)
    })
  }

  function run(options: string[]): { child: ChildProcess; end: Promise<{ code: number | null; said: string }> } {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...options], {
      env: { ...process.env, DATABASE_URL: `file:${file}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        said += text
      })
    return { child, end: new Promise((resolve) => child.once('close', (code) => resolve({ code, said }))) }
  }
})

function rowsIn(file: string, table: 'accounts' | 'studies'): number {
  if (!existsSync(file)) return 0
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    return Number(database.prepare(`select count(*) as count from ${table}`).get()?.count)
  } catch {
    // The schema is still being created.
    return 0
  } finally {
    database.close()
  }
}
