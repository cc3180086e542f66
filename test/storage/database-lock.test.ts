import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { afterCommit } from '../../src/storage/before-commit.ts'
import { stepNames } from '../../src/storage/migrate.ts'
import * as foundation from '../../src/storage/migrations/2026-11-24-foundation.ts'
import { openAlone, openMigrated } from '../../src/storage/open-migrated.ts'
import { DatabaseInUseError, lockExclusive, lockShared } from '../../src/storage/sqlite/database-lock.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts'
import type { Db, Storage } from '../../src/storage/storage.ts'

const folder = await mkdtemp(join(tmpdir(), 'occupy-lock-'))
after(() => rm(folder, { recursive: true }))

let count = 0
let path: string
const children = new Set<ChildProcess>()

beforeEach(() => {
  path = join(folder, `${++count}.sqlite`)
})

afterEach(async () => {
  for (const child of children) await kill(child)
})

const holder = fileURLToPath(new URL('lock-holder.ts', import.meta.url))

async function holdElsewhere(kind: 'shared' | 'exclusive', at = path) {
  const child = spawn(process.execPath, [holder, kind, at], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])])) as [Buffer]
  return { child, said: String(said).trim() }
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child)
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test('many processes share a lock, and all but the first know that they are not alone', async () => {
  assert.equal((await holdElsewhere('shared')).said, 'alone')
  assert.equal((await holdElsewhere('shared')).said, 'not alone')
  const lock = await lockShared(path)
  assert.equal(lock.alone, false)
  lock.release()
})

test('of several that start at once, at most one believes to be alone', async () => {
  const said = (await Promise.all([1, 2, 3].map(() => holdElsewhere('shared')))).map((each) => each.said)
  assert.ok(said.filter((each) => each === 'alone').length <= 1, said.join())
})

test('no process gets the file exclusively while another shares it, not even after the kill of one of two', async () => {
  const first = await holdElsewhere('shared')
  const second = await holdElsewhere('shared')
  await kill(first.child)
  await assert.rejects(lockExclusive(path, 100), DatabaseInUseError)
  await kill(second.child)
  ;(await lockExclusive(path, 100)).release()
})

test('a killed process leaves no lock behind', async () => {
  const { child } = await holdElsewhere('exclusive')
  await assert.rejects(lockExclusive(path, 100), DatabaseInUseError)
  const waiting = lockShared(path)
  await kill(child)
  const lock = await waiting
  assert.equal(lock.alone, true)
  lock.release()
})

test('two locks of one process are independent', async () => {
  const lock = await lockShared(path)
  await assert.rejects(lockExclusive(path, 100), DatabaseInUseError)
  lock.release()
  lock.release()
  const exclusive = await lockExclusive(path)
  await assert.rejects(lockExclusive(path, 100), DatabaseInUseError)
  exclusive.release()
})

test('the lock belongs to the file, by whatever path it is opened', async () => {
  new DatabaseSync(path).close()
  const link = `${path}.link`
  await symlink(path, link)
  await holdElsewhere('shared', link)
  await assert.rejects(lockExclusive(path, 100), DatabaseInUseError)
})

test('detects a program that takes no lock but has the file open', async () => {
  const storage = openSqlite(path)
  await assert.rejects(lockExclusive(path, 100), /in use/)
  await storage.close()
  ;(await lockExclusive(path)).release()
})

test('the lock file is accessible to its owner only, and contains no journal', async () => {
  const lock = await lockExclusive(path)
  assert.equal((await stat(`${path}-lock`)).mode & 0o777, 0o600)
  assert.equal(existsSync(`${path}-lock-journal`), false)
  lock.release()
})

const place = () => ({ kind: 'sqlite', path }) as const

/** As an older version leaves it. */
async function makeOlder(): Promise<void> {
  const storage = openSqlite(path)
  const first: Migration = { up: (db) => foundation.up(db, 'sqlite') }
  const provider = { getMigrations: async () => ({ [stepNames[0] as string]: first }) }
  const { error } = await new Migrator({ db: storage.db as Kysely<unknown>, provider }).migrateToLatest()
  assert.equal(error, undefined)
  await storage.close()
}

test('migrations are listed in the order of their names, in which they run', () => {
  assert.deepEqual(stepNames, stepNames.toSorted())
})

test('a migration waits until no service uses the file, and is refused if that takes too long', async () => {
  await makeOlder()
  const older = await holdElsewhere('shared')
  await assert.rejects(
    openMigrated(place(), () => openSqlite(path)),
    /stop the service/,
  )
  const waiting = openMigrated(place(), () => openSqlite(path))
  await kill(older.child)
  const { storage, steps } = await waiting
  assert.deepEqual(steps, stepNames.slice(1))
  await storage.close()
})

test('several processes that migrate at once all start, and one of them has migrated', async () => {
  await makeOlder()
  const all = await Promise.all([1, 2, 3, 4].map(() => openMigrated(place(), () => openSqlite(path))))
  assert.deepEqual(
    all.flatMap(({ steps }) => steps),
    stepNames.slice(1),
  )
  for (const { storage } of all) await storage.close()
  ;(await lockExclusive(path)).release()
})

test('long writes share a commit if nobody waits for the file, but not beside a service', async () => {
  const commits = async (storage: Storage) => {
    let count = 0
    const announce = () => {
      count += 1
    }
    const work = async (tx: Db) => {
      for (const end = performance.now() + 120; performance.now() < end; );
      afterCommit(tx, announce, [1])
    }
    await Promise.all([storage.write(work), storage.write(work)])
    await storage.close()
    return count
  }
  assert.equal(await commits(await openAlone(path)), 1)
  assert.equal(await commits(openSqlite(path)), 2)
})
