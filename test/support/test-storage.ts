import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { insertAccount } from '../../src/accounts/account.repository.ts'
import type { AccountId } from '../../src/accounts/account.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { migrate, schemaAge } from '../../src/storage/migrate.ts'
import { openPostgres } from '../../src/storage/postgres/postgres.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { emptyDatabase, preparedDatabase } from './empty-database.ts'

export interface TestDatabase {
  /** In the format of DATABASE_URL. */
  url: string
  /** Opens one more handle on the same database, as another process would. On PostgreSQL it has no time limit. */
  open(): Storage
  /**
   * Opens handles for concurrent writes. On SQLite all of them are the same handle: a second writer in the same process would block
   * the event loop while it waits for the first one's lock. For separate processes see processes.test.ts.
   */
  openMany(count: number): Storage[]
  close(): Promise<void>
}

/** Opens an empty database of the kind under test. It has the current schema unless `migrated` is false. */
export async function openTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-storage-'))
  const { url, close } = await (migrated ? preparedDatabase(folder) : emptyDatabase(folder))
  const { database } = readConfig({ DATABASE_URL: url })
  const opened: Storage[] = []
  const open = () => {
    const storage =
      database.kind === 'sqlite' ? openDatabase(database) : openPostgres({ url: database.url, longRunning: true })
    opened.push(storage)
    return storage
  }
  const openMany = (count: number) => {
    const first = open()
    return Array.from({ length: count }, (_, at) => (at === 0 || first.kind === 'sqlite' ? first : open()))
  }
  if (migrated) {
    const storage = open()
    if ((await schemaAge(storage.db)) === 'older') await migrate(storage)
  }
  return {
    url,
    open,
    openMany,
    close: async () => {
      for (const storage of opened) await storage.close()
      await close()
      await rm(folder, { recursive: true })
    },
  }
}

let accounts = 0

export async function newAccount(
  storage: Storage,
  wishes: { username?: string; number?: string } = {},
): Promise<AccountId> {
  const { username = `reader-${++accounts}`, number = `hash of ${++accounts}` } = wishes
  const account = await storage.write((tx) =>
    insertAccount(tx, {
      username,
      usernameKey: username,
      studentNumberHash: number,
      passwordHash: 'none',
      createdAt: 1_700_000_000,
    }),
  )
  return account.id
}
