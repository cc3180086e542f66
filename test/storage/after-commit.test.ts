import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { afterCommit } from '../../src/storage/before-commit.ts'
import type { Db, Storage } from '../../src/storage/storage.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-storage.ts'

let database: TestDatabase
let storage: Storage
before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})
after(() => database.close())

const put = (tx: Db, key: string) => tx.insertInto('settings').values({ key, value: '' }).execute()
const keys = async () => (await storage.db.selectFrom('settings').select('key').execute()).map(({ key }) => key)

test('events of writes are published after the commit, without those of a failed write', async () => {
  const announced: { item: string; seen: Promise<string[]> }[] = []
  const announce = (items: string[]) => void announced.push(...items.map((item) => ({ item, seen: keys() })))
  const writes = ['a', 'b', 'c'].map((key) =>
    storage.write(async (tx) => {
      await put(tx, key)
      afterCommit(tx, announce, [key])
      assert.ok(!announced.some(({ item }) => item === key), 'not before the commit')
      if (key === 'b') throw new Error('refused')
    }),
  )
  const outcomes = await Promise.allSettled(writes)
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(announced.map(({ item }) => item).sort(), ['a', 'c'])
  for (const { item, seen } of announced)
    assert.ok((await seen).includes(item), 'a receiver of the event can read the write')
  assert.throws(() => afterCommit(storage.db, announce, ['d']), /nothing is being written/)
})

test('a failed commit publishes nothing', async () => {
  await put(storage.db, 'taken')
  const announced: string[] = []
  const write = storage.write(async (tx) => {
    afterCommit(tx, (items: string[]) => void announced.push(...items), ['x'])
    await put(tx, 'taken')
  })
  await assert.rejects(write)
  assert.deepEqual(announced, [])
})
