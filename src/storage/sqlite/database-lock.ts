import { chownSync, closeSync, existsSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { isBusy } from '../database-unavailable.ts'
import { openSqliteDatabase } from './sqlite-database.ts'

/** Another process uses the database in a way that excludes what was wanted. The message says what to do. */
export class DatabaseInUseError extends Error {
  override name = 'DatabaseInUseError'
}

export interface DatabaseLock {
  /** No other process held a lock on the database when this one was taken. */
  alone: boolean
  /** Does nothing the second time. The end of the process, however it comes, releases the lock too. */
  release(): void
}

export const sharedPatienceMs = 10_000
export const exclusivePatienceMs = 1000
const retryMs = 20

/** A lock that the garbage collector took would be none. */
const held = new Set<DatabaseLock>()

/**
 * Excludes those who need the database file at `path` for themselves. Waits for them for `sharedPatienceMs`, without blocking.
 * @throws DatabaseInUseError
 */
export async function lockShared(path: string): Promise<DatabaseLock> {
  const lock = await retry(sharedPatienceMs, () => takeLock(path, share))
  if (lock === undefined)
    throw new DatabaseInUseError(`a restore, a copy or a migration is working on ${path}: try again when it is done`)
  return lock
}

/**
 * Excludes everybody else from the database file at `path`, also programs that know nothing of this lock and have the file open.
 * @param patienceMs how long to wait for the others, without blocking
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
 * The lock is SQLite's own on an empty database beside the file: shared while a statement reads, exclusive within a transaction. The
 * kernel drops it with the process, and its file stays the same one when the database is replaced.
 */
function takeLock(path: string, hold: (database: DatabaseSync) => Hold): DatabaseLock | undefined {
  const database = openLockFile(path)
  try {
    // No journal that a killed process could leave behind, and no flush: the file holds nothing.
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

/** Where nobody else is, the lock goes from exclusive to shared without a gap: of two that come at once, one at least sees the other. */
function share(database: DatabaseSync): Hold {
  const alone = mayExcludeOthers(database)
  let reading = beginReading(database)
  if (alone) {
    try {
      database.exec('COMMIT')
    } catch {
      // The first commit makes a page, and the disk may be full.
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

/** A statement that is not at its end holds the shared lock. */
function beginReading(database: DatabaseSync): Iterator<unknown> {
  const rows = database.prepare('select column1, (select count(*) from sqlite_master) from (values (1), (2))').iterate()
  rows.next()
  return rows
}

function openLockFile(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const lockPath = lockPathOf(path)
  try {
    // An existing file must not be opened here: closing it would drop the locks that this process has on it.
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

/** What root makes for a service of another user belongs to that user. */
export function giveToOwnerOf(example: string, path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(example)
  chownSync(path, uid, gid)
}

/** By a program that takes no lock: an older version, or SQLite's own shell. */
function isOpenElsewhere(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    openSqliteDatabase(path, { exclusive: true }).close()
    return false
  } catch (error) {
    // What is no database is found out by whoever opens it.
    return isBusy(error)
  }
}
