import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { findSetting, unfinishedCopy } from '../../src/storage/settings.repository.ts'
import type { Db } from '../../src/storage/storage.ts'
import { occupy } from '../cli/command-line.ts'
import { patience } from '../support/patience.ts'
import { failToStart, main, spawnService } from '../support/running-service.ts'
import { directions, type Ends, makeEnds, seed, visit } from './ends.ts'

const secret = { SECRET: 'a secret for tests that is long enough', LOG_LEVEL: 'silent' }

for (const direction of directions) {
  describe(`occupy migrate-data ${direction}`, { timeout: patience(120_000) }, () => {
    test('copies accounts, passwords and tokens; the next record has a new id', async (t) => {
      const ends = await makeEnds(direction)
      t.after(ends.remove)
      await seed(ends.from, 1_000)
      const before = await spawnService(placeOf(ends, ends.from), secret)
      const account = { username: 'bllli', password: 'quiet-reading-room', stu_id: '2017010101', stu_pwd: 'library' }
      const registered = await ask(before.address, 'POST', 'register', undefined, account)
      assert.equal(registered.status, 201, JSON.stringify(registered.body))
      const { body } = await ask(before.address, 'GET', 'token', 'bllli:quiet-reading-room')
      await ask(before.address, 'POST', 'studys/', `${body.token}:`)
      await before.end()

      const { code, output, errors } = await migrateData(ends)
      assert.equal(code, 0, errors)
      assert.match(output, /accounts: 201 rows, sha256 [0-9a-f]{64}\n {2}studies: 1001 rows/)
      assert.match(output, /data\/secret/)

      const after = await spawnService(placeOf(ends, ends.to), secret)
      const next = await ask(after.address, 'POST', 'studys/', `${body.token}:`)
      const login = await ask(after.address, 'GET', 'token', '2017010101:quiet-reading-room')
      const again = await ask(after.address, 'POST', 'register', undefined, { ...account, username: 'other' })
      await after.end()
      assert.deepEqual([next.status, next.body.id], [201, 1002])
      assert.equal(login.status, 200)
      assert.match(String(again.body.message), /该学号被注册/)
    })

    test('continues after Ctrl-C and kill -9, is not served meanwhile, and detects a changed source', async (t) => {
      const ends = await makeEnds(direction)
      t.after(ends.remove)
      await seed(ends.from, 60_000)
      assert.equal(await stopMidway(ends, 'SIGINT', 1), 130)
      const { code, said } = await failToStart(placeOf(ends, ends.to), secret)
      assert.equal(code, 1)
      assert.match(said, /^数据迁移未完成 · DATABASE_URL: [^\n]*migrate-data[^\n]*\n$/)
      assert.equal(await stopMidway(ends, 'SIGKILL', 30_000), null)
      await visit(ends.from, ({ write }) =>
        write((tx) => tx.updateTable('studies').set({ ended_at: 2_000_000_000 }).where('id', '=', 5).execute()),
      )
      const changed = await migrateData(ends)
      assert.equal(changed.code, 1, changed.output)
      assert.match(changed.output, /studies: 不一致 · NOT THE SAME: 60000 rows [^\n]*first at \[5\]/)
      await visit(ends.to, ({ write }) =>
        write((tx) => tx.updateTable('studies').set({ ended_at: 2_000_000_000 }).where('id', '=', 5).execute()),
      )
      const repaired = await migrateData(ends)
      assert.equal(repaired.code, 0, repaired.errors)
    })
  })
}

for (const [words, hint] of [
  [[], /--from/],
  [['--from', 'file:a.sqlite'], /--to/],
  [['--from', 'mysql://a/b', '--to', 'file:b.sqlite'], /file:PATH or postgres/],
  [['--from', 'file:a.sqlite', '--to', 'file:./a.sqlite'], /same database/],
] as const) {
  test(`'migrate-data ${words.join(' ')}' is wrong usage`, async () => {
    const { code, errors } = await occupy(['migrate-data', ...words])
    assert.equal(code, 2)
    assert.match(errors, hint)
  })
}

test('does not create a missing source', async () => {
  const { code, errors } = await occupy([
    'migrate-data',
    '--from',
    'file:/nowhere/a.sqlite',
    '--to',
    'file:/nowhere/b.sqlite',
  ])
  assert.equal(code, 1)
  assert.match(errors, /无法迁移 · [^\n]*does not exist\n$/)
})

const migrateData = ({ from, to }: Ends) => occupy(['migrate-data', '--from', from, '--to', to])

const placeOf = ({ folder, remove }: Ends, database: string) => ({ folder, databaseUrl: database, remove })

/** Returns the exit code after `signal`, which is sent once the target has more than this many rows. */
async function stopMidway({ from, to }: Ends, signal: NodeJS.Signals, rows: number): Promise<number | null> {
  const child = spawn(process.execPath, [main, 'migrate-data', '--from', from, '--to', to], { stdio: 'ignore' })
  const exit = once(child, 'exit')
  // Opened each time, because the command refuses a target that another process has open.
  while ((await visit(to, ({ db }) => rowsHeld(db)).catch(() => 0)) <= rows) {
    assert.equal(child.exitCode, null, 'it ended before it was stopped')
    await setTimeout(5)
  }
  child.kill(signal)
  return (await exit)[0]
}

async function rowsHeld(db: Db): Promise<number> {
  const state = await findSetting(db, unfinishedCopy)
  if (state === undefined) return 0
  const { tables } = JSON.parse(state) as { tables: Record<string, { rows: number }> }
  return Object.values(tables).reduce((sum, part) => sum + part.rows, 0)
}

async function ask(address: string, method: string, path: string, credentials?: string, body?: object) {
  const headers: Record<string, string> = {}
  if (credentials) headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  if (body) headers['content-type'] = 'application/json'
  const answer = await fetch(`${address}/api/v1.0/${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
