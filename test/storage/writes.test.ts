import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { DomainError } from '../../src/shared/errors.ts'
import { beforeCommit } from '../../src/storage/before-commit.ts'
import { violatedUniqueness } from '../../src/storage/constraint-errors.ts'
import { DatabaseUnavailableError } from '../../src/storage/database-unavailable.ts'
import { openParts } from '../../src/storage/savepoint.ts'
import { settle } from '../../src/storage/settings.repository.ts'
import type { Db, Storage } from '../../src/storage/storage.ts'
import { holdWriteLock } from '../support/lock-holder.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-storage.ts'

let database: TestDatabase
let storage: Storage

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})

after(() => database.close())

const put = (key: string) => (tx: Db) => tx.insertInto('settings').values({ key, value: 'x' }).execute()
const keys = async (stem: string) =>
  (await storage.db.selectFrom('settings').select('key').where('key', 'like', `${stem}%`).orderBy('key').execute()).map(
    ({ key }) => key,
  )

test('a failed write undoes itself and nothing else', async () => {
  const works = Array.from({ length: 30 }, (_, at) =>
    storage.write(async (tx) => {
      await put(`group ${at}`)(tx)
      if (at % 3 === 0) throw new Error(`number ${at} thinks better of it`)
      return at
    }),
  )
  const outcomes = await Promise.allSettled(works)
  for (const [at, outcome] of outcomes.entries()) {
    if (at % 3 === 0) assert.equal(outcome.status, 'rejected')
    else assert.deepEqual(outcome, { status: 'fulfilled', value: at })
  }
  const kept = await keys('group')
  for (let at = 0; at < 30; at += 1) {
    assert.equal(kept.includes(`group ${at}`), at % 3 !== 0)
  }
})

test('before-commit hooks of writes run once for all of them, without those of a failed write', async () => {
  const calls: number[][] = []
  const apply = async (tx: Db, items: number[]) => {
    calls.push(items)
    for (const item of items) await put(`left ${item}`)(tx)
  }
  const works = Array.from({ length: 9 }, (_, at) =>
    storage.write(async (tx) => {
      beforeCommit(tx, apply, [at])
      if (at % 3 === 0) await put(`begun ${at}`)(tx)
      if (at % 3 !== 2) return
      throw at > 4 ? new Error('in the midst') : new DomainError('not-found')
    }),
  )
  const outcomes = await Promise.allSettled(works)
  assert.deepEqual(
    outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : [])),
    [2, 5, 8],
  )
  const kept = [0, 1, 3, 4, 6, 7]
  assert.deepEqual(
    await keys('left'),
    kept.map((at) => `left ${at}`),
  )
  if (storage.kind === 'sqlite') assert.deepEqual(calls, [kept])
  assert.throws(() => beforeCommit(storage.db, apply, [9]), /nothing is being written/)
})

test('a failed part of a write undoes itself and its before-commit hooks, and the write continues', async () => {
  const left: number[] = []
  const apply = async (_tx: Db, items: number[]) => void left.push(...items)
  const works = [0, 1].map((work) =>
    storage.write(async (tx) => {
      const parts = openParts(tx)
      beforeCommit(tx, apply, [100 * work])
      for (let part = 1; part < 7; part++) {
        const key = `part ${part}${work}`
        const run = parts.run(async () => {
          await put(key)(tx)
          beforeCommit(tx, apply, [100 * work + part])
          if (part % 3 === 1) throw new DomainError('not-found')
          // The database itself refuses this.
          if (part % 3 === 2) await put(key)(tx)
        })
        if (part % 3 === 0) await run
        else await assert.rejects(run)
      }
      beforeCommit(tx, apply, [100 * work + 9])
      if (work === 1) await put('part of the end')(tx)
    }),
  )
  await Promise.all(works)
  assert.deepEqual(
    left.sort((a, b) => a - b),
    [0, 3, 6, 9, 100, 103, 106, 109],
  )
  assert.deepEqual(await keys('part'), ['part 30', 'part 31', 'part 60', 'part 61', 'part of the end'])
})

test('a group that has run for long starts no further write', async (t) => {
  if (storage.kind !== 'sqlite') return t.skip('only SQLite has groups')
  const done: number[] = []
  const works = [0, 1, 2].map((at) =>
    storage
      .write(async () => {
        for (const begun = performance.now(); performance.now() - begun < 110; );
        return done.length
      })
      .then((before) => {
        done.push(at)
        return before
      }),
  )
  assert.deepEqual(await Promise.all(works), [0, 1, 2])
})

test('a failed before-commit hook fails its write', async () => {
  const apply = async () => {
    throw new Error('at the end')
  }
  const write = storage.write(async (tx) => {
    await put('before the end')(tx)
    beforeCommit(tx, apply, [1])
  })
  await assert.rejects(write, /at the end/)
  assert.deepEqual(await keys('before the end'), [])
})

test('nobody sees a write before it is committed, and everybody afterwards', async () => {
  const reader = database.open()
  await storage.write(async (tx) => {
    await put('unseen')(tx)
    assert.equal((await reader.db.selectFrom('settings').select('key').where('key', '=', 'unseen').execute()).length, 0)
  })
  assert.equal((await reader.db.selectFrom('settings').select('key').where('key', '=', 'unseen').execute()).length, 1)
})

test('a write right behind another does not wait', async () => {
  for (let at = 0; at < 20; at += 1) {
    let rest = Promise.resolve()
    for (let ticks = 0; ticks < at; ticks += 1) rest = rest.then(() => undefined)
    await storage.write(put(`behind ${at} a`))
    await rest
    await storage.write(put(`behind ${at} b`))
  }
  assert.equal((await keys('behind')).length, 40)
})

test('many concurrent attempts to set one value all get the same one', async () => {
  const handles = database.openMany(3)
  const settled = await Promise.all(
    Array.from({ length: 30 }, (_, at) =>
      (handles[at % 3] as Storage).write((tx) => settle(tx, 'settled', `by ${at}`)),
    ),
  )
  assert.equal(new Set(settled).size, 1)
})

test('distinguishes a violated unique constraint from every other error', async () => {
  await storage.write(put('unique'))
  const error = await storage.write(put('unique')).catch((reason: unknown) => reason)
  assert.match(violatedUniqueness(error) ?? '', /settings/)
  const other = await storage.write((tx) => sql`select * from nothing`.execute(tx)).catch((reason: unknown) => reason)
  assert.ok(other instanceof Error)
  assert.equal(violatedUniqueness(other), undefined)
  assert.ok(!(other instanceof DatabaseUnavailableError))
})

test('a write runs once, whatever happens to the others in its group', async () => {
  const runs = Array.from({ length: 20 }, () => 0)
  const works = runs.map((_, at) =>
    storage.write(async (tx) => {
      runs[at] = (runs[at] ?? 0) + 1
      await put(`once ${at}`)(tx)
      if (at % 4 === 1) throw new Error('halfway')
    }),
  )
  await Promise.allSettled(works)
  assert.deepEqual([...new Set(runs)], [1])
})

/** Here PostgreSQL would wait for the locks of rows. */
async function testHeldFile(): Promise<void> {
  const lock = await holdWriteLock(database.url.slice('file:'.length))
  const late = storage.write(put('late')).catch((reason: unknown) => reason)
  let turns = 0
  const counter = setInterval(() => turns++, 10)
  const error = await late
  clearInterval(counter)
  assert.ok(error instanceof DatabaseUnavailableError && error.reason === 'busy', String(error))
  assert.ok(turns > 10, 'the event loop continues')
  const waiting = storage.write(put('late'))
  await lock.release()
  await waiting
  assert.deepEqual(await keys('late'), ['late'])
}

/** By SQLite's own size limit, which it reports like a full disk. */
async function testFullDatabase(): Promise<void> {
  const bound = (pages: number) => storage.write((tx) => sql.raw(`pragma max_page_count = ${pages}`).execute(tx))
  await bound(1)
  const large = 'x'.repeat(1_000_000)
  let runs = 0
  const outcomes = await Promise.allSettled([
    storage.write(put('full small')),
    storage.write((tx) => {
      runs++
      return tx.insertInto('settings').values({ key: 'full large', value: large }).execute()
    }),
  ])
  for (const outcome of outcomes) {
    assert.equal(outcome.status, 'rejected')
    assert.ok(outcome.reason instanceof DatabaseUnavailableError && outcome.reason.reason === 'full')
  }
  assert.equal(runs, 2, 'repeated once, after a checkpoint')
  assert.deepEqual(await keys('full'), [])
  await storage.db.selectFrom('settings').select('key').execute()
  await bound(1_000_000)
  await storage.write(put('full no longer'))
  await storage.ping()
  assert.deepEqual(await keys('full'), ['full no longer'])
}

/** SQLite has no server. */
async function testEndedConnections(): Promise<void> {
  await storage.ping()
  const killer = database.open()
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
    killer.db,
  )
  for (let failed = 0; failed <= 20; failed += 1) {
    const error = await storage.ping().catch((reason: unknown) => reason)
    if (error === undefined) return
    assert.ok(error instanceof DatabaseUnavailableError, String(error))
  }
  assert.fail('the pool keeps handing out dead connections')
}

if (process.env.TEST_POSTGRES_URL === undefined) {
  test('a database locked by another process is unavailable until it is unlocked', testHeldFile)
  test('a group that does not fit on the disk fails as a whole, and a later one that fits is written', testFullDatabase)
} else test('reopens connections that the server closed, and the process continues', testEndedConnections)
