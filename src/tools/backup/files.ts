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

/** The file or folder at `path` is on disk once this returns. Not for a file that SQLite has open: closing it would drop its locks. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The same for every spelling of a path whose folder exists; what stands there need not. */
export function canonical(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
}

/** UTC, in a form that sorts by time and suits every file system: `20261126T031500.123Z`. */
export function timeStamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/[-:]/g, '')
}

const draftName = /\.partial-(\d+)$/

/** The name of what is being made for `path` by this process. */
export function draftOf(path: string): string {
  return `${path}.partial-${process.pid}`
}

/** Removes what killed processes left unfinished for `path`. */
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

/** Gives the file a second name, so that the first can be taken by another without being free in between. */
export function keepAs(path: string, aside: string): void {
  try {
    linkSync(path, aside)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    // A run that was killed has done so already.
    if (code === 'EEXIST') return
    // Not every file system has second names.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error
    renameSync(path, aside)
  }
}
