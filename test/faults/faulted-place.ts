import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyDatabase } from '../support/empty-database.ts'
import { freePort, type Place } from './victim.ts'

/** Runs `work` in a folder with an empty database, and removes both. */
export async function withFaultedPlace<T>(workers: number, work: (place: Place) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-faults-'))
  const database = await emptyDatabase(folder)
  try {
    return await work({ folder, databaseUrl: database.url, port: await freePort(), workers })
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 20 })
  }
}
