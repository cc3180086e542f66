import { constants, statfsSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import type { Db } from '../storage.ts'

// The folder is looked at, never the file: see sqlite-file.ts.

const pageBytes = 4096
const mostLogPages = 4000
const fewestLogPages = 64
/** Of the free space that the write-ahead log may take; the rest is left for the database to grow. */
const logShare = 1 / 4
const littleSpaceBytes = 1024 * 1024
const trialBytes = 64 * 1024

/**
 * Pages that the write-ahead log may hold before they are copied into the database. Pages that are written again and again are copied
 * once: a sixth more starts, none of them waits much longer. On a small disk fewer: a log that has taken all space cannot be copied.
 */
export function checkpointPages(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path))
  const pages = Math.floor((bavail * bsize * logShare) / pageBytes)
  return Math.min(mostLogPages, Math.max(fewestLogPages, pages))
}

async function mayRefuseWrites(path: string): Promise<boolean> {
  const folder = dirname(path)
  try {
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize < littleSpaceBytes
  } catch {
    return true
  }
}

/**
 * Whether writes can be made. One is tried only while there is a doubt: after one that failed, and on a disk that is nearly full or read-only.
 * @param write makes a transaction durable
 */
export function createWriteCheck(path: string, write: (work: (tx: Db) => Promise<unknown>) => Promise<unknown>) {
  let failed = false
  let trial: Promise<void> | undefined

  async function tryWrite(): Promise<void> {
    // Larger than any request's write, which must not fail where this one found room; and two transactions, since SQLite does not write
    // pages that were filled and freed in one.
    const value = 'x'.repeat(trialBytes)
    await write((tx) => sql`insert or replace into settings (key, value) values ('write check', ${value})`.execute(tx))
    await write((tx) => sql`delete from settings where key = 'write check'`.execute(tx))
    failed = false
  }

  return {
    noteFailure(): void {
      failed = true
    },

    /** @throws DatabaseUnavailableError when writes cannot be made */
    async assertWritable(): Promise<void> {
      if (!failed && !(await mayRefuseWrites(path))) return
      trial ??= tryWrite().finally(() => {
        trial = undefined
      })
      await trial
    },
  }
}
