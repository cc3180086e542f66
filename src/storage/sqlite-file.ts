import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Every file of SQLite begins with it. */
const signature = Buffer.from('SQLite format 3\0')

/** Folder and file are the service's own; SQLite gives the files beside it the same mode. What stands there keeps its mode. */
export function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}

/**
 * A check that the opened file still stands at `path` and is a database. SQLite itself would answer from memory for a long time
 * after somebody moved, replaced or overwrote it.
 */
export function watchFile(path: string): () => Promise<void> {
  const { ino } = statSync(path)
  return async () => {
    const file = await open(path, 'r')
    try {
      const { buffer } = await file.read(Buffer.alloc(signature.length), 0, signature.length, 0)
      if ((await file.stat()).ino !== ino) throw new Error('another file stands in the place of the database')
      if (!buffer.equals(signature)) throw new Error('the file of the database is no database any more')
    } finally {
      await file.close()
    }
  }
}
