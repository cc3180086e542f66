import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../../src/storage/migrate.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import { lockHolders, withoutLocks } from '../support/file-locks.ts'

// Closing any descriptor of a file drops all POSIX locks that the process holds on it: SQLite's, too.
test("checking readiness and opening the file a second time keep SQLite's locks on it", {
  skip: withoutLocks,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'occupy-locks-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'locked.sqlite')
  const first = openSqlite(path)
  await migrate(first)
  const held = locksOn(path)
  assert.notEqual(held, 0, 'SQLite holds a lock for as long as the file is open')
  await first.ping()
  assert.equal(locksOn(path), held, 'after a readiness check')
  const second = openSqlite(path)
  assert.equal(locksOn(path), held, 'after a second opening')
  await second.close()
  assert.equal(locksOn(path), held, 'after closing the second')
  await first.close()
  assert.equal(locksOn(path), 0)
})

const locksOn = (path: string) => lockHolders(path).length
