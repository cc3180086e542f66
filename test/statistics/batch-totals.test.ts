import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Storage } from '../../src/storage/storage.ts'
import { createBatchService } from '../../src/studies/batch/batch.service.ts'
import { readItem } from '../../src/studies/batch/batch-item.schemas.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCampusSumMatches, assertTotalsMatch, openCampus } from './campus.ts'

const now = Date.UTC(2026, 2, 10) / 1000

let database: TestDatabase
let storage: Storage
before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})
after(() => database.close())

const record = (day: number, from: string, to: string) => ({
  key: `${day} ${from}`,
  action: 'record',
  start_time: `2026-03-0${day} ${from}:00`,
  end_time: `2026-03-0${day} ${to}:00`,
})

for (const [what, stale] of [
  ['totals that are up to date', false],
  ['totals written by an older release', true],
] as const) {
  test(`a batch on ${what} results in the totals of its records, computed no more than once`, async () => {
    let builds = 0
    const boards = {
      apply: () => undefined,
      remove: async () => undefined,
      add: async () => {
        builds += 1
      },
    }
    const campus = openCampus(storage, () => now, { boards })
    const { studies, clock, totals } = campus
    const batches = createBatchService({ storage, studies, clock })
    const account = await newAccount(storage)
    await batches.applyBatch(account, [record(1, '08:00', '09:00')].map(readItem))
    await assertTotalsMatch(campus, account)
    if (stale) {
      const older = { totals_version: null }
      await storage.write((tx) => tx.updateTable('accounts').set(older).where('id', '=', account).execute())
    }
    builds = 0
    const items = [
      record(1, '08:30', '10:00'),
      record(2, '09:00', '08:00'),
      record(3, '15:30', '16:30'),
      record(3, '15:00', '15:45'),
      { key: 'none', action: 'delete', id: 0 },
    ]
    const results = await batches.applyBatch(account, items.map(readItem))
    assert.deepEqual(
      results.map(({ answer }) => 'code' in answer),
      [false, true, false, false, true],
    )
    assert.equal(builds, stale ? 1 : 0)
    await assertTotalsMatch(campus, account)
    await assertCampusSumMatches(campus)
    assert.equal(await totals.ensureBuilt(storage, account), false, 'they include every write')
  })
}
