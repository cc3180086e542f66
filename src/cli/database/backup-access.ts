import { readConfig } from '../../config/read-config.ts'
import { secretPath } from '../../server/secret.ts'
import { BackupRefusedError } from '../../tools/backup/inspect.ts'
import type { SecretSource } from '../../tools/backup/secret-file.ts'
import { explain } from '../explain.ts'
import { untilInterrupted } from '../progress.ts'

export interface BackupPlace {
  /** Path of the database file. */
  database: string
  secret: SecretSource
}

/**
 * Runs `work` for the configured database file, and reports a failure in one line.
 * @param tool the program to use for PostgreSQL instead
 */
export async function withDatabaseFile(
  env: NodeJS.ProcessEnv,
  tool: string,
  work: (place: BackupPlace, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    const config = readConfig(env)
    if (config.database.kind === 'postgres') throw new BackupRefusedError(`on PostgreSQL use ${tool}: see README.md`)
    const secret = { set: config.secret, previous: config.secretPrevious, path: secretPath(config) }
    const place = { database: config.database.path, secret }
    const finished = await untilInterrupted((signal) => work(place, signal))
    if (!finished) process.stderr.write('已停止，未做任何更改 · stopped; nothing was changed\n')
  } catch (error) {
    process.stderr.write(
      `${error instanceof BackupRefusedError ? `无法进行 · refused: ${error.message}` : explained(error)}\n`,
    )
    process.exitCode = 1
  }
}

const diskCodes = new Set(['ENOENT', 'ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTDIR', 'EISDIR'])
const sqliteFull = 13

function explained(error: unknown): string {
  const { code = '', message, errcode } = error as NodeJS.ErrnoException & { errcode?: number }
  if (errcode === sqliteFull) return '磁盘已满 · the disk is full: nothing was changed'
  return diskCodes.has(code) ? `无法写入 · cannot be written, nothing was changed: ${message}` : explain(error)
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
