import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { newAccount, openTestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'

test('processes that share a database keep one running record and every count correct', async () => {
  const database = await openTestDatabase()
  try {
    const storage = database.open()
    const account = await newAccount(storage)
    const exits = [1, 2, 3].map(() => {
      const script = new URL('./starter.ts', import.meta.url).pathname
      const child = spawn(process.execPath, [script, database.url, String(account), '40'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      return once(child, 'exit')
    })
    for (const exit of exits) assert.deepEqual(await exit, [0, null])
    const rows = await storage.db.selectFrom('studies').select('ended_at').execute()
    assert.equal(rows.length, 120)
    assert.ok(rows.filter(({ ended_at }) => ended_at === null).length <= 1)
    await assertCountsMatch(storage)
  } finally {
    await database.close()
  }
})
