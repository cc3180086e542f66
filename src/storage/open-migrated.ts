import { migrate, schemaAge } from './migrate.ts'
import { DatabaseInUseError, type DatabaseLock, lockExclusive, lockShared } from './sqlite/database-lock.ts'
import { openSqlite } from './sqlite/sqlite.ts'
import type { Storage } from './storage.ts'

/** Other starting processes hold their lock only until they have checked the schema, or they migrate it themselves. */
const migrationPatienceMs = 5000
const attemptMs = 100

export interface MigratedStorage {
  /** Closing it releases the lock on the file. */
  storage: Storage
  /** Names of the migrations that this call ran. */
  steps: string[]
  /** Whether no other process uses the file. Always true on PostgreSQL, where this is not checked. */
  alone: boolean
}

type Place = { kind: 'sqlite'; path: string } | { kind: 'postgres' }

/**
 * Opens a database with `open` and migrates it to this version. A file is migrated only while no other process has it
 * open: a running service of an older version would continue with a schema that it does not know. PostgreSQL sessions
 * cannot hold such a lock behind a pooler.
 * @throws DatabaseInUseError, NewerDatabaseError
 */
export async function openMigrated(place: Place, open: () => Storage): Promise<MigratedStorage> {
  if (place.kind === 'postgres') {
    const storage = open()
    return { storage, steps: await closeOnError(storage, () => migrate(storage)), alone: true }
  }
  return openMigratedFile(place.path, open)
}

/**
 * A process serves only after it has checked the schema under the shared lock. An older version that starts between the
 * exclusive and the shared lock refuses the new schema.
 */
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
      // Another starting process may have migrated the file in the meantime, and may be serving.
      if (!(error instanceof DatabaseInUseError) || performance.now() - begun > migrationPatienceMs) throw error
    }
  }
}

/** Opens the file at `path` exclusively, until it is closed. @throws DatabaseInUseError */
export async function openAlone(path: string): Promise<Storage> {
  return openUnder(await lockExclusive(path), () => openSqlite(path, { alone: true }))
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
