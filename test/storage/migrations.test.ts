import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, beforeEach, test } from 'node:test'
import { migrate, NewerDatabaseError } from '../../src/storage/migrate.ts'
import { main } from '../support/running-service.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'

const opened: TestDatabase[] = []
let database: TestDatabase

beforeEach(async () => {
  database = await openTestDatabase({ migrated: false })
  opened.push(database)
})

after(async () => {
  for (const each of opened) await each.close()
})

test('migrations run once, and keep existing data', async () => {
  const storage = database.open()
  assert.ok((await migrate(storage)).length > 0)
  const account = await newAccount(storage)
  assert.deepEqual(await migrate(storage), [])
  const again = database.open()
  assert.deepEqual(await migrate(again), [])
  assert.equal((await again.db.selectFrom('accounts').select('id').executeTakeFirst())?.id, account)
})

test('several handles can migrate at once, and each step runs once', async () => {
  const done = await Promise.all(database.openMany(4).map(migrate))
  assert.equal(done.filter((steps) => steps.length > 0).length, 1)
})

test('two processes can migrate at once', async () => {
  const children = [1, 2].map(() => {
    const child = spawn(process.execPath, [main, 'migrate'], {
      env: { ...process.env, DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return once(child, 'exit')
  })
  for (const exit of children) assert.deepEqual(await exit, [0, null])
  assert.deepEqual(await migrate(database.open()), [])
})

test('refuses a database that a newer version created, and does not change it', async () => {
  const storage = database.open()
  await migrate(storage)
  await storage.write((tx) =>
    tx
      .withTables<{ kysely_migration: { name: string; timestamp: string } }>()
      .insertInto('kysely_migration')
      .values({ name: '2999-01-01-the-future', timestamp: '2999-01-01T00:00:00.000Z' })
      .execute(),
  )
  await assert.rejects(migrate(storage), NewerDatabaseError)
  await assert.rejects(migrate(database.open()), /2999-01-01-the-future/)
})
