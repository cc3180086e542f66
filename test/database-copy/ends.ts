import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseUrl } from '../../src/config/setting.ts'
import { createDerivedData } from '../../src/derived-data.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { rebuildTotals } from '../../src/statistics/maintenance/rebuild.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { openSeedStore } from '../../src/tools/seed/open-seed-store.ts'
import { seedDatabase } from '../../src/tools/seed/seed.service.ts'
import { emptyDatabase } from '../support/empty-database.ts'

export interface Ends {
  folder: string
  from: string
  to: string
  remove(): Promise<void>
}

/** From a file to a file; with a test PostgreSQL, from a file to it, and from it to a file. */
export const directions =
  process.env.TEST_POSTGRES_URL === undefined ? ['file→file'] : ['file→postgres', 'postgres→file']

/** Two empty databases; `remove` requires that nobody is connected. */
export async function makeEnds(direction: string): Promise<Ends> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-copy-'))
  const database = await emptyDatabase(folder)
  const file = `file:${join(folder, 'other', 'campus.sqlite')}`
  const remove = async () => {
    await database.close()
    await rm(folder, { recursive: true })
  }
  const [from, to] = direction === 'file→postgres' ? [file, database.url] : [database.url, file]
  return { folder, from, to, remove }
}

const until = Date.parse('2026-07-06T21:00:00+08:00') / 1000

export async function seed(url: string, records: number): Promise<void> {
  const store = await openSeedStore(databaseUrl(url))
  const dates = { from: until - 300 * 86_400, until }
  const request = { students: 200, records, seed: 7, ...dates, timezone: 'Asia/Shanghai', limit: 57_600 }
  try {
    await seedDatabase(store, { request, now: until, passwordHash: 'nobody' })
  } finally {
    await store.close()
  }
}

/** Computes what is derived from the records, as `occupy seed` does. It takes longer than the seeding. */
export async function buildTotals(url: string): Promise<void> {
  const { totals } = createDerivedData({ timezone: 'Asia/Shanghai', boardDayHours: 16, terms: [] })
  await visit(url, (storage) => rebuildTotals(storage, totals))
}

/** Does `work` with the database, and closes it again: a source in use is refused. */
export async function visit<T>(url: string, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = openDatabase(databaseUrl(url))
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}
