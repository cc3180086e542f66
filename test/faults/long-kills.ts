import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { showProgress } from '../../src/cli/progress.ts'
import { startPostgres } from '../support/embedded-postgres.ts'
import { withFaultedPlace } from './faulted-place.ts'
import { killRepeatedly } from './kill-repeatedly.ts'

/** Kills this many times in total, on both databases, with one and with several workers. */
export async function killOnBothDatabases(report: (line: string) => void, kills: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-postgres-'))
  // If started by root, the server runs as another user, which needs access to its folder.
  await chmod(folder, 0o711)
  const postgres = await startPostgres(folder)
  try {
    for (const database of ['SQLite', 'PostgreSQL']) {
      if (database === 'PostgreSQL') process.env.TEST_POSTGRES_URL = postgres.url
      for (const workers of [1, 3]) report(await killOn(database, workers, Math.ceil(kills / 4)))
    }
  } finally {
    delete process.env.TEST_POSTGRES_URL
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function killOn(database: string, workers: number, kills: number): Promise<string> {
  const label = `${database}, ${workers} worker${workers > 1 ? 's' : ''}`
  const progress = showProgress({ label, total: kills, unit: 'kills' })
  const found = await withFaultedPlace(workers, (place) => killRepeatedly(place, kills, progress.update))
  progress.finish()
  const ready = found.readyIn.toSorted((a, b) => a - b).map(Math.round)
  const [half, most] = [ready[Math.floor(ready.length / 2)], ready.at(-1)]
  return (
    `${label}: ${found.kills} kills, ${found.acknowledged} acknowledged starts and stops, ${found.records} records, ` +
    `none lost, none half; ready again in ${half} ms (half of them), ${most} ms (all)`
  )
}
