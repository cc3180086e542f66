import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { lockShared } from '../../storage/sqlite/database-lock.ts'
import { canonical, draftOf, flush, keepAs, removeDeadDrafts, timeStamp } from './files.ts'
import { BackupRefusedError, identify, inspect } from './inspect.ts'
import { belongsTo, readSecretFile, type SecretSource, writeSecretFile } from './secret-file.ts'

export interface BackupOrder {
  /** Path of the database file. */
  database: string
  /** Path of the backup. An earlier backup of the same database there is replaced. */
  file: string
  /** The number of backups to retain, including this one. Earlier backups get a suffix with the time they were made. */
  keep?: number
  secret: SecretSource
  signal?: AbortSignal
  /** Counts database pages. */
  onProgress?: (done: number, total: number) => void
}

export interface BackupReport {
  bytes: number
  /** Where the secret of this database is: next to the backup, in SECRET, or in neither place. */
  secret: 'beside' | 'set' | 'unknown' | 'none yet'
}

/** Pages per step. Ctrl-C is handled between steps. */
const pagesPerStep = 2048
const busyMs = 5000

export const secretOf = (file: string): string => `${file}.secret`

/**
 * Copies the database while the service uses it. The copy is one consistent state. It is checked and flushed to disk before
 * it gets its final name. On an error the partial copy is removed and an earlier backup is left unchanged.
 * @throws BackupRefusedError, DatabaseInUseError, and any file system or SQLite error
 */
export async function backUp(order: BackupOrder): Promise<BackupReport> {
  const { database, file, secret } = order
  if (!existsSync(database)) throw new BackupRefusedError(`there is no ${database}`)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  refuseOwnFiles(order)
  removeDeadDrafts(file)
  const drafts = { database: draftOf(file), secret: draftOf(secretOf(file)) }
  const lock = await lockShared(database)
  try {
    await copyPages(order, drafts.database)
    const { fingerprint } = inspect(drafts.database, `the copy of ${database}`)
    refuseForeign(file, fingerprint)
    const found = findSecret(secret, fingerprint)
    if (found.kept !== undefined) writeSecretFile(drafts.secret, found.kept)
    flush(drafts.database)
    putInPlace(order, drafts)
    return { bytes: statSync(file).size, secret: found.where }
  } finally {
    lock.release()
    for (const draft of Object.values(drafts))
      for (const end of ['', '-journal']) rmSync(`${draft}${end}`, { force: true })
  }
}

/** SQLite restarts a backup when another connection writes. A read transaction on the source prevents that. */
async function copyPages({ database, signal, onProgress }: BackupOrder, draft: string): Promise<void> {
  closeSync(openSync(draft, 'wx', 0o600))
  const source = new DatabaseSync(database, { timeout: busyMs })
  try {
    source.exec('BEGIN')
    source.prepare('select count(*) from sqlite_master').get()
    await backup(source, draft, {
      rate: pagesPerStep,
      progress({ totalPages, remainingPages }) {
        signal?.throwIfAborted()
        onProgress?.(totalPages - remainingPages, totalPages)
      },
    })
    signal?.throwIfAborted()
  } finally {
    source.close()
  }
}

function refuseOwnFiles({ database, file, secret }: BackupOrder): void {
  const own = ['', '-wal', '-shm', '-journal', '-lock'].map((end) => `${canonical(database)}${end}`)
  if (existsSync(secret.path)) own.push(canonical(secret.path))
  if (own.includes(canonical(file)))
    throw new BackupRefusedError(`${file} belongs to the database itself: name another file`)
}

/** An existing file is replaced only if it is a backup of the same database. */
function refuseForeign(file: string, fingerprint: string | undefined): void {
  if (!existsSync(file) || statSync(file).size === 0) return
  const found = identify(file).fingerprint
  if (found !== undefined && found !== fingerprint)
    throw new BackupRefusedError(`${file} is a backup of another database: name another file, or move that one away`)
}

function findSecret(
  { set, path }: SecretSource,
  fingerprint: string | undefined,
): { where: BackupReport['secret']; kept?: string } {
  if (fingerprint === undefined) return { where: 'none yet' }
  const kept = readSecretFile(path)
  if (kept !== undefined && belongsTo(fingerprint, kept)) return { where: 'beside', kept }
  return { where: belongsTo(fingerprint, set) ? 'set' : 'unknown' }
}

/** The earlier backup gets its second name before `file` is overwritten, so `file` is a complete backup at every moment. */
function putInPlace({ file, keep }: BackupOrder, drafts: { database: string; secret: string }): void {
  if (keep !== undefined && keep > 1 && existsSync(file)) {
    const aside = `${file}.${timeStamp(statSync(file).mtimeMs)}`
    if (existsSync(secretOf(file))) keepAs(secretOf(file), secretOf(aside))
    keepAs(file, aside)
  }
  if (existsSync(drafts.secret)) renameSync(drafts.secret, secretOf(file))
  renameSync(drafts.database, file)
  flush(dirname(file))
  if (keep !== undefined) removeOldest(file, keep - 1)
}

function removeOldest(file: string, keep: number): void {
  const earlier = readdirSync(dirname(file))
    .filter(
      (name) =>
        name.startsWith(`${basename(file)}.`) && /^\d{8}T\d{6}\.\d{3}Z$/.test(name.slice(basename(file).length + 1)),
    )
    .sort()
    .reverse()
  for (const name of earlier.slice(keep)) {
    const path = join(dirname(file), name)
    rmSync(path)
    rmSync(secretOf(path), { force: true })
  }
}
