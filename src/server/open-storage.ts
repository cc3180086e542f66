import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Keys } from '../keys.ts'
import { NewerDatabaseError } from '../storage/migrate.ts'
import { openMigrated } from '../storage/open-migrated.ts'
import { openPostgres } from '../storage/postgres/postgres.ts'
import { findSetting, unfinishedCopy } from '../storage/settings.repository.ts'
import { DatabaseInUseError } from '../storage/sqlite/database-lock.ts'
import { openSqlite } from '../storage/sqlite/sqlite.ts'
import type { Storage } from '../storage/storage.ts'
import { readSecret } from './secret.ts'
import { secretFingerprint, settleKeys } from './secret-rotation.ts'

/** @param pool maximum number of connections to PostgreSQL */
export function openDatabase(
  database: Config['database'],
  logger?: Pick<FastifyBaseLogger, 'warn'>,
  pool?: number,
): Storage {
  if (database.kind === 'sqlite') return openSqlite(database.path)
  return openPostgres({
    url: database.url,
    ...(pool === undefined ? {} : { connections: pool }),
    onError: (error) => logger?.warn({ err: error }, 'a database connection failed'),
  })
}

/** The database cannot be opened or brought up to date. */
export class DatabaseOpenError extends Error {
  override name = 'DatabaseOpenError'
}

/** `migrate-data` is filling the database, or was interrupted while it did. */
export class UnfinishedCopyError extends Error {
  override name = 'UnfinishedCopyError'
}

export interface Service {
  storage: Storage
  keys: Keys
  /** Whether no other process uses the database file. Always true on PostgreSQL, where this is not checked. */
  alone: boolean
}

/**
 * Opens the storage, with the schema of this version, and the keys that belong to it. Until the storage is closed, a database file stays
 * locked against commands that need exclusive access.
 * @throws ForeignSecretError, SecretFileError, UnfinishedCopyError, NewerDatabaseError, DatabaseInUseError, DatabaseOpenError
 */
export async function openService(
  config: Pick<Config, 'database' | 'secret'> & Partial<Pick<Config, 'secretPrevious' | 'databasePool'>>,
  logger?: Pick<FastifyBaseLogger, 'warn'>,
): Promise<Service> {
  const { storage, alone } = await openUpToDate(config, logger)
  try {
    if ((await findSetting(storage.db, unfinishedCopy)) !== undefined)
      throw new UnfinishedCopyError('it has an unfinished copy: finish `occupy migrate-data` first')
    const isKnown = (await findSetting(storage.db, secretFingerprint)) !== undefined
    const keys = await settleKeys(storage, readSecret(config, isKnown), config.secretPrevious)
    return { storage, keys, alone }
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function openUpToDate(
  { database, databasePool }: Pick<Config, 'database'> & Partial<Pick<Config, 'databasePool'>>,
  logger?: Pick<FastifyBaseLogger, 'warn'>,
) {
  try {
    return await openMigrated(database, () => openDatabase(database, logger, databasePool))
  } catch (error) {
    if (error instanceof NewerDatabaseError || error instanceof DatabaseInUseError) throw error
    const { message, code = 'unknown' } = error as NodeJS.ErrnoException
    throw new DatabaseOpenError(message || code, { cause: error })
  }
}
