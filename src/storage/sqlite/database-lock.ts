import { chownSync, closeSync, existsSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { isBusy } from '../database-unavailable.ts'
import { openSqliteDatabase } from './sqlite-database.ts'

/** Another process uses the database in a conflicting way. The message says what to do. */
export class DatabaseInUseError extends Error {
  override name = 'DatabaseInUseError'
}

export interface DatabaseLock {
  /** Whether no other process held a lock on the database when this lock was acquired. */
  alone: boolean
  /** A second call has no effect. The lock is also released when the process ends, for whatever reason. */
  release(): void
}

const sharedPatienceMs = 10_000
const exclusivePatienceMs = 1000
const retryMs = 20

/** Keeps references to the locks: garbage collection would release them. */
const held = new Set<DatabaseLock>()

/**
 * Excludes processes that need the database file at `path` exclusively. Waits for them for up to `sharedPatienceMs`,
 * without blocking the event loop.
 * @throws DatabaseInUseError
 */
export async function lockShared(path: string): Promise<DatabaseLock> {
  const lock = await retry(sharedPatienceMs, () => takeLock(path, share))
  if (lock === undefined)
    throw new DatabaseInUseError(`a restore, a copy or a migration is working on ${path}: try again when it is done`)
  return lock
}

/**
 * Excludes all other processes from the database file at `path`, including programs that do not use this lock but have
 * the file open.
 * @param patienceMs how long to wait for other processes, without blocking the event loop
 * @throws DatabaseInUseError
 */
export async function lockExclusive(path: string, patienceMs = exclusivePatienceMs): Promise<DatabaseLock> {
  const lock = await retry(patienceMs, () => takeLock(path, excludeOthers))
  if (lock !== undefined && !isOpenElsewhere(path)) return lock
  lock?.release()
  throw new DatabaseInUseError(
    `${path} is in use: stop the service (and whatever else has it open) first, then try again`,
  )
}

async function retry<T>(patienceMs: number, attempt: () => T | undefined): Promise<T | undefined> {
  for (const begun = performance.now(); ; await setTimeout(retryMs)) {
    const result = attempt()
    if (result !== undefined || performance.now() - begun > patienceMs) return result
  }
}

interface Hold {
  alone: boolean
  end(): void
}

/**
 * Uses SQLite's own lock on an empty database next to the file: shared while a statement reads, exclusive inside a
 * transaction. The kernel releases it when the process ends, and the lock file stays the same when the database is
 * replaced.
 */
function takeLock(path: string, hold: (database: DatabaseSync) => Hold): DatabaseLock | undefined {
  const database = openLockFile(path)
  try {
    // No journal file, which a killed process could leave behind, and no flush: the file holds no data.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
    const { alone, end } = hold(database)
    const lock: DatabaseLock = {
      alone,
      release() {
        if (!held.delete(lock)) return
        end()
        database.close()
      },
    }
    held.add(lock)
    return lock
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

function excludeOthers(database: DatabaseSync): Hold {
  database.exec('BEGIN EXCLUSIVE')
  return { alone: true, end: () => database.exec('ROLLBACK') }
}

/**
 * If no other process holds the lock, it is downgraded from exclusive to shared without a gap. Of two processes that
 * start at the same time, at least one therefore sees the other.
 */
function share(database: DatabaseSync): Hold {
  const alone = mayExcludeOthers(database)
  let reading = beginReading(database)
  if (alone) {
    try {
      database.exec('COMMIT')
    } catch {
      // The first commit allocates a page, which fails if the disk is full.
      reading.return?.()
      database.exec('ROLLBACK')
      reading = beginReading(database)
    }
  }
  return { alone, end: () => reading.return?.() }
}

function mayExcludeOthers(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

/** A statement that has not been read to its end holds the shared lock. */
function beginReading(database: DatabaseSync): Iterator<unknown> {
  const rows = database.prepare('select column1, (select count(*) from sqlite_master) from (values (1), (2))').iterate()
  rows.next()
  return rows
}

function openLockFile(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const lockPath = lockPathOf(path)
  try {
    // An existing file must not be opened here: closing it would drop the locks that this process holds on it.
    closeSync(openSync(lockPath, 'ax', 0o600))
    giveToOwnerOf(dirname(lockPath), lockPath)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return new DatabaseSync(lockPath, { timeout: 0 })
}

/** The same for every spelling of the path. */
function lockPathOf(path: string): string {
  const file = existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
  return `${file}-lock`
}

/** Files that root creates for a service of another user must belong to that user. */
export function giveToOwnerOf(example: string, path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(example)
  chownSync(path, uid, gid)
}

/** Detects programs that do not use this lock: an older version, or SQLite's shell. */
function isOpenElsewhere(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    openSqliteDatabase(path, { exclusive: true }).close()
    return false
  } catch (error) {
    // A file that is not a database is reported when it is opened for use.
    return isBusy(error)
  }
}
