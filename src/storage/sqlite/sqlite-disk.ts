import { constants, statfsSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import type { Db } from '../storage.ts'

// Only the folder is inspected, never the file: see sqlite-file.ts.

const pageBytes = 4096
const maxLogPages = 4000
const minLogPages = 64
/** Share of the free space that the write-ahead log may take. The rest is left for the database to grow. */
const logShare = 1 / 4
const littleSpaceBytes = 1024 * 1024
const trialBytes = 64 * 1024

/**
 * The number of pages that the write-ahead log may hold before a checkpoint. With a large log, pages that are written
 * repeatedly are copied only once: this allows a sixth more study starts, and none of them waits much longer. A small
 * disk gets a smaller log, because a log that has taken all space cannot be copied.
 */
export function checkpointPages(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path))
  const pages = Math.floor((bavail * bsize * logShare) / pageBytes)
  return Math.min(maxLogPages, Math.max(minLogPages, pages))
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
 * Checks whether writes succeed. A trial write is made only in case of doubt: after a failed write, and on a disk that
 * is nearly full or read-only.
 * @param write makes a transaction durable
 */
export function createWriteCheck(path: string, write: (work: (tx: Db) => Promise<unknown>) => Promise<unknown>) {
  let failed = false
  let trial: Promise<void> | undefined

  async function tryWrite(): Promise<void> {
    // The trial is larger than any request's write, so that no request fails where the trial succeeded. It takes two
    // transactions, because SQLite does not write pages that were filled and freed in the same one.
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
