// Run only by test/killed-run.test.ts. It starts everything that a test can start, and never ends.
import { mkdtemp, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { freePort, startVictim } from '../faults/victim.ts'
import { withPostgres } from './postgres-server.ts'
import { makePlace, spawnService } from './running-service.ts'

test('hangs', async () => {
  const place = await makePlace()
  const service = await spawnService(place, { WORKERS: '2' })
  const folder = await mkdtemp(join(tmpdir(), 'occupy-hanging-'))
  const victim = { folder, databaseUrl: `file:${join(folder, 'test.sqlite')}`, port: await freePort(), workers: 1 }
  const { origin } = await startVictim(victim)
  await withPostgres(async ({ port }) => {
    const addresses = [service.address, origin, `http://127.0.0.1:${port}`]
    const started = process.env.HANGING_TEST_STARTED as string
    // Renamed, so that it is never found without its content.
    await writeFile(`${started}-new`, addresses.join('\n'))
    await rename(`${started}-new`, started)
    await setTimeout(2 ** 30)
  })
})
