import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

// Nothing here may open and close a database file that this process has open through SQLite: on POSIX systems, closing any descriptor
// of a file drops every lock that the process holds on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).

/** The smallest page that SQLite can use: the size of every database file is a multiple of it. */
const minPageBytes = 512

/**
 * Creates the folder and the file with access for the owner only. SQLite gives its other files the same mode. Existing
 * ones keep their mode and are not opened.
 */
export function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/**
 * Returns a check that the opened file is still at `path` and can be a database. SQLite itself would serve reads from
 * memory for a long time after the file was moved, replaced or truncated.
 */
export function watchFile(path: string): () => Promise<void> {
  const opened = statSync(path)
  return async () => {
    const { dev, ino, size } = await stat(path)
    if (ino !== opened.ino || dev !== opened.dev) throw new Error('the database file was replaced by another file')
    if (size === 0 || size % minPageBytes !== 0) throw new Error('the database file is no longer a database')
  }
}
