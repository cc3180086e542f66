import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Flushes a file or folder to disk. Not for a file that SQLite has open: closing it would drop SQLite's locks. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Returns the same path for every spelling. The folder must exist, the file itself need not. */
export function canonical(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
}

/** UTC, in a format that sorts by time and is valid on every file system: `20261126T031500.123Z`. */
export function timeStamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/[-:]/g, '')
}

const draftName = /\.partial-(\d+)$/

/** The temporary name under which this process writes the file for `path`. */
export function draftOf(path: string): string {
  return `${path}.partial-${process.pid}`
}

/** Removes the unfinished files that killed processes left for `path`. */
export function removeDeadDrafts(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(basename(path))) continue
    const pid = Number(draftName.exec(name.replace(/-(journal|wal|shm)$/, ''))?.[1])
    if (pid > 0 && !isAlive(pid)) rmSync(join(dirname(path), name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Gives the file a second name, so that another file can replace it under the first name without a gap. */
export function keepAs(path: string, aside: string): void {
  try {
    linkSync(path, aside)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // An earlier run that was killed has already made the link.
    if (code === 'EEXIST') return
    // Not every file system supports hard links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error
    renameSync(path, aside)
  }
}
