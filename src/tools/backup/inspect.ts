import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { unfinishedCopy } from '../../storage/settings.repository.ts'

/** A backup or restore that cannot be done as requested. Nothing was changed. */
export class BackupRefusedError extends Error {
  override name = 'BackupRefusedError'
}

export interface Identity {
  /** Fingerprint of the secret. Undefined if the database never had one. */
  fingerprint: string | undefined
  /** Names of the applied migrations. */
  migrations: string[]
}

/**
 * Reads the database at `path`, which no process may have open, without creating files next to it.
 * @throws BackupRefusedError if it is not a database of this service
 */
export function identify(path: string, name = path): Identity {
  return reading(path, name, (database) => {
    const tables = new Set(column(database, "select name from sqlite_master where type = 'table'"))
    if (!tables.has('kysely_migration') || !tables.has('settings'))
      throw new BackupRefusedError(`${name} is not a database of this service`)
    return {
      fingerprint: column(database, "select value from settings where key = 'secret fingerprint'")[0],
      migrations: column(database, 'select name from kysely_migration'),
    }
  })
}

/**
 * Like `identify`, but also checks that every page and index is intact and that the database is not an unfinished copy.
 * @param name how error messages refer to the database
 */
export function inspect(path: string, name = path): Identity {
  const identity = identify(path, name)
  reading(path, name, (database) => {
    const [first] = column(database, 'pragma integrity_check(1)')
    if (first !== 'ok')
      throw new BackupRefusedError(`${name} is damaged: ${String(first).trim().split('\n').join(' ')}`)
    const key = `select value from settings where key = '${unfinishedCopy}'`
    if (column(database, key).length > 0) throw new BackupRefusedError(`${name} is an unfinished copy`)
  })
  return identity
}

function reading<T>(path: string, name: string, read: (database: DatabaseSync) => T): T {
  if (existsSync(`${path}-wal`))
    throw new BackupRefusedError(`${name} has a write-ahead log next to it: it is a database in use, not a backup`)
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  try {
    const database = new DatabaseSync(url, { readOnly: true })
    try {
      return read(database)
    } finally {
      database.close()
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_SQLITE_ERROR') throw new BackupRefusedError(`${name} cannot be read: ${message}`)
    throw error
  }
}

function column(database: DatabaseSync, sql: string): string[] {
  return database
    .prepare(sql)
    .all()
    .map((row) => String(Object.values(row)[0]))
}
