import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { refuseNewer } from '../../storage/migrate.ts'
import { giveToOwnerOf, lockExclusive } from '../../storage/sqlite/database-lock.ts'
import { secretOf } from './backup.service.ts'
import { canonical, draftOf, flush, keepAs, removeDeadDrafts, timeStamp } from './files.ts'
import { BackupRefusedError, inspect } from './inspect.ts'
import { belongsTo, readSecretFile, type SecretSource, writeSecretFile } from './secret-file.ts'

export interface RestoreOrder {
  /** Path of the backup. */
  file: string
  /** Path of the database file to replace. */
  database: string
  secret: SecretSource
  signal?: AbortSignal
}

export interface RestoreReport {
  bytes: number
  /** New path of the replaced database. */
  replaced: string | undefined
  /** New path of the replaced secret, if the backup has a different secret. */
  replacedSecret: string | undefined
}

/**
 * Replaces the database with a checked copy of the backup and puts the backup's secret next to it, while no process has the
 * database open. The replaced files are renamed with a time stamp. If the process is killed, the restore can be run again.
 * @throws BackupRefusedError, NewerDatabaseError, DatabaseInUseError, and any file system error
 */
export async function restore(order: RestoreOrder): Promise<RestoreReport> {
  const { file, database, secret } = order
  if (!existsSync(file)) throw new BackupRefusedError(`there is no ${file}`)
  mkdirSync(dirname(database), { recursive: true, mode: 0o700 })
  if (canonical(file) === canonical(database)) throw new BackupRefusedError(`${file} is the database itself`)
  if (existsSync(`${file}-wal`))
    throw new BackupRefusedError(`${file} has a write-ahead log next to it: it is a database in use, not a backup`)
  const lock = await lockExclusive(database)
  const place = canonical(database)
  const drafts = { database: draftOf(place), secret: draftOf(secret.path) }
  try {
    removeDeadDrafts(place)
    removeDeadDrafts(secret.path)
    await copyFile(order, drafts.database)
    const { fingerprint, migrations } = inspect(drafts.database, file)
    refuseNewer(migrations)
    const restored = findSecret(order, fingerprint)
    if (restored !== undefined) writeSecretFile(drafts.secret, restored)
    for (const draft of Object.values(drafts)) if (existsSync(draft)) giveToOwnerOf(dirname(place), draft)
    flush(drafts.database)
    return putInPlace(place, secret.path, drafts)
  } finally {
    lock.release()
    for (const draft of Object.values(drafts)) rmSync(draft, { force: true })
  }
}

async function copyFile({ file, signal }: RestoreOrder, draft: string): Promise<void> {
  const source = createReadStream(file, { highWaterMark: 2 ** 20 })
  await pipeline(source, createWriteStream(draft, { flags: 'wx', mode: 0o600 }), { signal })
}

/** The secret to install, or undefined if the right one is already there. @throws BackupRefusedError */
function findSecret({ file, secret: { set, previous, path } }: RestoreOrder, fingerprint: string | undefined) {
  if (fingerprint === undefined) return undefined
  if (set !== undefined) {
    if (belongsTo(fingerprint, set) || belongsTo(fingerprint, previous)) return undefined
    throw new BackupRefusedError('SECRET differs from the one of this backup: set that one, or unset SECRET')
  }
  const beside = readSecretFile(secretOf(file))
  const kept = readSecretFile(path)
  if (belongsTo(fingerprint, beside)) return beside === kept ? undefined : beside
  if (belongsTo(fingerprint, kept)) return undefined
  throw new BackupRefusedError(`the secret of this backup is missing: copy it to ${secretOf(file)}, or set SECRET`)
}

/** The order matters: there is a database at every moment, and never one with another database's write-ahead log. */
function putInPlace(place: string, secretPath: string, drafts: { database: string; secret: string }): RestoreReport {
  const end = `replaced-${timeStamp(Date.now())}`
  const report: RestoreReport = {
    bytes: statSync(drafts.database).size,
    replaced: undefined,
    replacedSecret: undefined,
  }
  if (existsSync(place)) {
    report.replaced = `${place}.${end}`
    keepAs(place, report.replaced)
    // These exist only if the old database could not be opened.
    for (const log of ['-wal', '-journal'])
      if (existsSync(`${place}${log}`)) renameSync(`${place}${log}`, `${report.replaced}${log}`)
  }
  for (const stale of ['-wal', '-shm', '-journal']) rmSync(`${place}${stale}`, { force: true })
  if (existsSync(drafts.secret)) {
    if (existsSync(secretPath)) {
      report.replacedSecret = `${secretPath}.${end}`
      keepAs(secretPath, report.replacedSecret)
    }
    renameSync(drafts.secret, secretPath)
    flush(dirname(secretPath))
  }
  flush(dirname(place))
  renameSync(drafts.database, place)
  flush(dirname(place))
  return report
}
