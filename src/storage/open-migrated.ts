import { migrate, schemaAge } from './migrate.ts'
import { DatabaseInUseError, type DatabaseLock, lockExclusive, lockShared } from './sqlite/database-lock.ts'
import { openSqlite } from './sqlite/sqlite.ts'
import type { Storage } from './storage.ts'

/** Others that start now hold their lock only until they have seen the schema, or migrate themselves. */
const migrationPatienceMs = 5000
const attemptMs = 100

export interface MigratedStorage {
  /** Its closing releases the lock on the file. */
  storage: Storage
  /** Names of the migrations that were run. */
  steps: string[]
  /** No other process uses the file. On PostgreSQL always true: nobody is looked for there. */
  alone: boolean
}

type Place = { kind: 'sqlite'; path: string } | { kind: 'postgres' }

/**
 * Opens a database by `open` and brings it up to this version. A file is migrated only while no other process has it open: a service of
 * an older version would go on with a schema that it does not know. PostgreSQL's sessions cannot hold such a lock behind a pooler.
 * @throws DatabaseInUseError, NewerDatabaseError
 */
export async function openMigrated(place: Place, open: () => Storage): Promise<MigratedStorage> {
  if (place.kind === 'postgres') {
    const storage = open()
    return { storage, steps: await closeOnError(storage, () => migrate(storage)), alone: true }
  }
  return openMigratedFile(place.path, open)
}

/** Whoever serves has seen the schema under the shared lock: an older version that comes between the two locks refuses it. */
async function openMigratedFile(path: string, open: () => Storage): Promise<MigratedStorage> {
  const steps: string[] = []
  for (const begun = performance.now(); ; ) {
    const lock = await lockShared(path)
    const storage = openUnder(lock, open)
    if ((await closeOnError(storage, () => schemaAge(storage.db))) === 'current')
      return { storage, steps, alone: lock.alone }
    await storage.close()
    try {
      steps.push(...(await migrateAlone(path, open)))
    } catch (error) {
      // Another one that starts may have migrated meanwhile, and serve.
      if (!(error instanceof DatabaseInUseError) || performance.now() - begun > migrationPatienceMs) throw error
    }
  }
}

/** Opens the file at `path` for nobody else, until it is closed. @throws DatabaseInUseError */
export async function openAlone(path: string): Promise<Storage> {
  return openUnder(await lockExclusive(path), () => openSqlite(path))
}

async function migrateAlone(path: string, open: () => Storage): Promise<string[]> {
  const storage = openUnder(await lockExclusive(path, attemptMs * (1 + Math.random())), open)
  try {
    return await migrate(storage)
  } finally {
    await storage.close()
  }
}

function openUnder(lock: DatabaseLock, open: () => Storage): Storage {
  try {
    const storage = open()
    return { ...storage, close: () => storage.close().finally(lock.release) }
  } catch (error) {
    lock.release()
    throw error
  }
}

async function closeOnError<T>(storage: Storage, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await storage.close()
    throw error
  }
}
