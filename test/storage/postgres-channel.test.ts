import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createPostgresChannel, NotHeardError } from '../../src/storage/postgres/postgres-channel.ts'
import { splitHosts } from '../../src/storage/postgres/postgres-hosts.ts'
import { primaryFinder } from '../../src/storage/postgres/postgres-primary.ts'
import type { Db, Storage } from '../../src/storage/storage.ts'
import { type CuttableLink, linkTo } from '../support/cuttable-link.ts'
import { patience, until } from '../support/patience.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-storage.ts'

const onPostgres = process.env.TEST_POSTGRES_URL === undefined ? () => undefined : test
const bounds = { pauseMs: 20, longestPauseMs: 100, probeEveryMs: 100, probeLimitMs: patience(500) }

let database: TestDatabase
let elsewhere: TestDatabase
let storage: Storage
let link: CuttableLink
if (process.env.TEST_POSTGRES_URL !== undefined) {
  before(async () => {
    database = await openTestDatabase()
    elsewhere = await openTestDatabase()
    storage = database.open()
    link = await linkTo(database.url)
  })
  after(async () => {
    await link.cut()
    await database.close()
    await elsewhere.close()
  })
}

/** Listens through the link, at the second of two hosts. */
function listen(db: Db) {
  const errors: Error[] = []
  const heard: string[] = []
  const changes: boolean[] = []
  const url = database.url.replace(/@[^/]+/, `@127.0.0.1:1,127.0.0.1:${link.port}`)
  const channel = createPostgresChannel({
    open: primaryFinder(splitHosts(url)),
    db,
    onError: (error) => errors.push(error),
    bounds,
  })
  channel.listen({ onMessage: (text) => heard.push(text), onChange: (isComplete) => changes.push(isComplete) })
  return { channel, errors, heard, changes }
}

onPostgres('messages arrive, and again after the connection was closed, silent or lost', async () => {
  const { channel, errors, heard, changes } = listen(storage.db)
  try {
    await until(() => changes.at(-1) === true, 'it listens')
    await storage.channel?.send('from another process')
    await until(() => heard.includes('from another process'), 'the message arrives')
    for (const fault of ['cut', 'silence', 'forget'] as const) {
      // After some faults it listens again at once.
      const known = changes.length
      await link[fault]()
      await until(() => changes.slice(known).includes(false), `the ${fault} is noticed`)
      await link.repair()
      await until(() => changes.at(-1) === true, 'it listens again')
      await storage.channel?.send(`after ${fault}`)
      await until(() => heard.includes(`after ${fault}`), 'the message arrives')
    }
    assert.ok(errors.length >= 3)
  } finally {
    channel.close()
  }
  const { length } = changes
  await storage.channel?.send('x'.repeat(channel.maxBytes))
  assert.equal(changes.length, length)
})

onPostgres('detects and logs once that no message arrives, as behind a pooler', async () => {
  // Another database receives nothing either, like another session of a pooler.
  const { channel, errors, changes } = listen(elsewhere.open().db)
  try {
    await until(() => errors.length > 0, 'it is detected')
    assert.ok(errors[0] instanceof NotHeardError)
    assert.deepEqual(changes, [])
  } finally {
    channel.close()
  }
})
