import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { readConfig } from '../../src/config/read-config.ts'
import { openService } from '../../src/server/open-storage.ts'
import { occupy } from './command-line.ts'

export interface BackedUpPlace {
  folder: string
  data: string
  database: string
  /** The path of the backup. */
  file: string
  /** Runs `occupy WORDS…` for this database. */
  run(words: string[], env?: Record<string, string>): ReturnType<typeof occupy>
  /** A marker in the database that distinguishes its states. */
  mark(text: string, at?: string): void
  marks(at?: string): unknown[]
}

/** A folder with a database that has been served before and is not in use. */
export async function makeBackedUpPlace(t: TestContext, secret?: string): Promise<BackedUpPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-backup-'))
  t.after(() => rm(folder, { recursive: true }))
  const data = join(folder, 'data')
  const database = join(data, 'campus.sqlite')
  const DATABASE_URL = `file:${database}`
  const { storage } = await openService(readConfig({ DATABASE_URL, ...(secret ? { SECRET: secret } : {}) }))
  await storage.close()
  const visit = <T>(at: string, work: (open: DatabaseSync) => T): T => {
    const open = new DatabaseSync(at)
    try {
      return work(open)
    } finally {
      open.close()
    }
  }
  return {
    folder,
    data,
    database,
    file: join(folder, 'backups', 'campus.sqlite'),
    run: (words, env = {}) => occupy(words, { DATABASE_URL, ...env }),
    mark: (text, at = database) =>
      visit(at, (open) => void open.prepare("insert into settings values ('mark ' || ?, '')").run(text)),
    marks: (at = database) =>
      visit(at, (open) =>
        open
          .prepare("select substr(key, 6) as mark from settings where key like 'mark %' order by 1")
          .all()
          .map(({ mark }) => mark),
      ),
  }
}

/** Names and modes below a folder, sorted. */
export async function filesOf(folder: string): Promise<string[]> {
  const names = existsSync(folder) ? (await readdir(folder)).sort() : []
  return Promise.all(
    names.map(async (name) => `${name} ${((await stat(join(folder, name))).mode & 0o777).toString(8)}`),
  )
}
