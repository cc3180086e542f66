import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { createRateLimitService } from '../../src/authentication/rate-limits/rate-limit.service.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { DatabaseUnavailableError } from '../../src/storage/database-unavailable.ts'
import { openPostgres } from '../../src/storage/postgres/postgres.ts'
import type { Db, Storage } from '../../src/storage/storage.ts'
import { type CuttableLink, linkTo } from '../support/cuttable-link.ts'
import { assertTook } from '../support/patience.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-storage.ts'

/** The service's own limit is lower; a busy machine is late. */
const limitMs = 4000

const onPostgres = process.env.TEST_POSTGRES_URL === undefined ? () => undefined : test

let database: TestDatabase
let link: CuttableLink
/** Through the link. */
let storage: Storage
/** Without the link. */
let neighbour: Storage

if (process.env.TEST_POSTGRES_URL !== undefined) {
  before(async () => {
    database = await openTestDatabase()
    link = await linkTo(database.url)
    neighbour = database.open()
    storage = openPostgres({ url: through(link.port) })
  })
  beforeEach(async () => {
    await link.repair()
    // A closed connection may not be noticed yet.
    await fill().catch(() => undefined)
  })
  after(async () => {
    await storage.close()
    await link.cut()
    await database.close()
  })
}

const through = (...ports: number[]) =>
  database.url.replace(/@[^/]+/, `@${ports.map((port) => `127.0.0.1:${port}`).join(',')}`)

const read = (db: Db) => sql`select key from settings`.execute(db)
const put = (key: string) => async (tx: Db) =>
  void (await tx.insertInto('settings').values({ key, value: '' }).execute())

async function assertUnreachable(work: Promise<unknown>): Promise<void> {
  const begun = performance.now()
  const error = await work.catch((reason: unknown) => reason)
  assert.ok(error instanceof DatabaseUnavailableError, String(error))
  const ms = performance.now() - begun
  assertTook(ms, limitMs, 'the failure')
}

/** Every connection of the pool is open and idle. */
async function fill(): Promise<void> {
  await Promise.all(Array.from({ length: 10 }, () => sql`select pg_sleep(0.1)`.execute(storage.db)))
}

onPostgres('of ten connections that died silently, one failed read discards all', async () => {
  await fill()
  link.forget()
  await assertUnreachable(read(storage.db))
  await read(storage.db)
  await Promise.all(Array.from({ length: 10 }, () => read(storage.db)))
})

onPostgres('a hundred waiting requests fail in time if the server is silent, and succeed once it is back', async () => {
  await fill()
  link.silence()
  const waiting = Array.from({ length: 100 }, (_, at) => assertUnreachable(storage.write(put(`silent ${at}`))))
  await Promise.all(waiting)
  await link.repair()
  await storage.write(put('back'))
})

onPostgres('tries that wait for one rate limit all fail in time while the server is silent', async () => {
  const limits = createRateLimitService({ storage, clock: systemClock, key: Buffer.alloc(32), enforced: true })
  const limit = { name: 'tries in an outage', points: 100, duration: 3600 }
  await fill()
  link.silence()
  const tries = Array.from({ length: 30 }, () => assertUnreachable(limits.book([{ limit, who: 'ann' }])))
  await Promise.all(tries)
  await link.repair()
  await limits.book([{ limit, who: 'ann' }])
})

onPostgres('a write in progress when the server becomes silent fails by that, not by its rollback', async () => {
  await assertUnreachable(
    storage.write(async (tx) => {
      await put('under way')(tx)
      link.silence()
      await read(tx)
    }),
  )
})

onPostgres('a write whose connection is closed fails by that, not by its rollback', async () => {
  await assertUnreachable(
    storage.write(async (tx) => {
      await put('cut')(tx)
      await link.cut()
      await read(tx)
    }),
  )
})

onPostgres('a commit without a response fails, and is not tried again', async () => {
  let runs = 0
  await assertUnreachable(
    storage.write(async (tx) => {
      runs++
      await put('no answer')(tx)
      link.silence()
    }),
  )
  assert.equal(runs, 1)
})

onPostgres('the locks of a lost connection are released, even if the server did not notice the loss', async () => {
  await neighbour.write(put('locked'))
  const touch = (tx: Db) => tx.updateTable('settings').set({ value: 'touched' }).where('key', '=', 'locked').execute()
  await assertUnreachable(
    storage.write(async (tx) => {
      await touch(tx)
      link.forget()
      await read(tx)
    }),
  )
  // The server's own limit started with the last statement that it got.
  const free = storage.write(touch).catch(() => storage.write(touch))
  await free
})

onPostgres('a client that waits for a lock too long gives up, on the server too', async () => {
  await neighbour.write(put('held'))
  const touch = (tx: Db) => tx.updateTable('settings').set({ value: 'touched' }).where('key', '=', 'held').execute()
  await neighbour.longRunning?.transaction().execute(async (tx) => {
    await touch(tx)
    await assertUnreachable(storage.write(touch))
    const begun = performance.now()
    for (let left = 1; left > 0; ) {
      assertTook(performance.now() - begun, limitMs, 'no backend waits there any more')
      const { rows } = await sql<{ count: number }>`select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(tx)
      left = rows[0]?.count ?? 0
    }
  })
})

onPostgres('a migration may take longer than a request', async () => {
  await sql`select pg_sleep(3)`.execute(storage.longRunning ?? storage.db)
  await assertUnreachable(sql`select pg_sleep(30)`.execute(storage.db))
})

onPostgres('finds the working one of several hosts, in any order and whatever the state of the others', async () => {
  const silent = await linkTo(database.url)
  silent.silence()
  const gone = await linkTo(database.url)
  await gone.cut()
  try {
    for (const ports of [
      [gone.port, link.port],
      [silent.port, link.port],
      [silent.port, gone.port, link.port],
    ]) {
      const found = openPostgres({ url: through(...ports) })
      await read(found.db)
      await found.close()
    }
    const none = openPostgres({ url: through(silent.port, gone.port) })
    await assertUnreachable(read(none.db))
    await none.close()
  } finally {
    await silent.cut()
  }
})

onPostgres('with several hosts, switches from a failed host to one that is back', async () => {
  const other = await linkTo(database.url)
  const both = openPostgres({ url: through(link.port, other.port) })
  try {
    await other.cut()
    await read(both.db)
    await Promise.all([link.cut(), other.repair()])
    await read(both.db).catch(() => undefined)
    await read(both.db)
    await link.repair()
    other.silence()
    await assertUnreachable(read(both.db))
    await read(both.db)
  } finally {
    await both.close()
    await other.cut()
  }
})

onPostgres('a read-only server is not used', async () => {
  const url = new URL(database.url)
  url.searchParams.set('options', '-c default_transaction_read_only=on')
  const standby = openPostgres({ url: url.href })
  await assertUnreachable(read(standby.db))
  await standby.close()
})
