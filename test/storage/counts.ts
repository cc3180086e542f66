import assert from 'node:assert/strict'
import type { Storage } from '../../src/storage/storage.ts'
import { startDeltas } from '../../src/studies/list/study-counter.ts'

/** Asserts that every stored count equals a count of the rows; rows of hidden accounts count only for their owner. */
export async function assertCountsMatch({ db }: Storage): Promise<void> {
  const rows = await db.selectFrom('studies').select(['account_id', 'started_at', 'ended_at']).execute()
  const hidden = await db.selectFrom('accounts').select('id').where('visibility', '=', 'only_me').execute()
  const isHidden = new Set(hidden.map(({ id }) => id))
  const wanted = new Map<string, number>()
  const add = (key: string, delta: number) => wanted.set(key, (wanted.get(key) ?? 0) + delta)
  for (const { account_id, started_at, ended_at } of rows) {
    add(`account ${account_id}`, 1)
    if (isHidden.has(account_id)) continue
    for (const { width, bucket, delta } of startDeltas(started_at, 1)) add(`${width}:${bucket}`, delta)
    if (ended_at === null) add('0:0', 1)
  }
  const kept = new Map<string, number>()
  const counters = await db.selectFrom('study_tallies').select(['width', 'bucket', 'count']).execute()
  for (const { width, bucket, count } of counters) {
    kept.set(`${width}:${bucket}`, (kept.get(`${width}:${bucket}`) ?? 0) + count)
  }
  for (const { id, study_count } of await db.selectFrom('accounts').select(['id', 'study_count']).execute()) {
    kept.set(`account ${id}`, study_count)
  }
  assert.deepEqual(withoutZeros(kept), withoutZeros(wanted))
}

function withoutZeros(counts: Map<string, number>): [string, number][] {
  return [...counts].filter(([, count]) => count !== 0).sort(([a], [b]) => a.localeCompare(b))
}
