import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { occupy } from './command-line.ts'

let folder: string
let file: string
let env: Record<string, string>

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'occupy-stats-'))
  file = join(folder, 'campus.sqlite')
  env = { DATABASE_URL: `file:${file}`, SECRET: 'a secret for tests that is long enough' }
  const words = ['seed', '--students', '40', '--records', '2000', '--from', '2025-01-01', '--to', '2025-12-31']
  const { code, errors } = await occupy(words, env)
  assert.equal(code, 0, errors)
})

after(() => rm(folder, { recursive: true }))

function inFile(sql: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec(sql)
  } finally {
    database.close()
  }
}

test('the totals of a seeded campus are correct', async () => {
  const { code, output } = await occupy(['stats', 'verify'], env)
  assert.deepEqual([code, output], [0, '统计无误 · all totals are right: 40 accounts\n'])
})

test('lists differences with their account and day, until a rebuild', async () => {
  inFile(
    'update study_days set seconds = seconds + 60 where account_id = 7 and day = (select min(day) from study_days where account_id = 7)',
  )
  const found = await occupy(['stats', 'verify'], env)
  assert.equal(found.code, 1)
  assert.match(found.output, /^account 7 2025-\d\d-\d\d: stored \d+ s \(seen 0 s\), computed \d+ s \(seen 0 s\)$/m)
  assert.match(found.output, /^campus 2025-\d\d-\d\d: the stored sum of all accounts differs by -60 s$/m)
  assert.match(found.output, /in 2 places \(40 accounts\): run occupy stats rebuild\n$/)
  const rebuilt = await occupy(['stats', 'rebuild'], env)
  assert.deepEqual([rebuilt.code, rebuilt.output], [0, '统计已重新计算 · recomputed all totals: 40 accounts\n'])
  assert.equal((await occupy(['stats', 'verify'], env)).code, 0)
})

test('lists different counters of ranks with their board, until a rebuild', async () => {
  inFile(`update board_tallies set count = count + 1 where (period, width, bucket, slot) =
    (select period, width, bucket, slot from board_tallies where period % 4 = 0 and width = 128 limit 1)`)
  const found = await occupy(['stats', 'verify'], env)
  assert.equal(found.code, 1)
  assert.match(found.output, /^leaderboard day 2025-\d\d-\d\d: the counters for ranks differ/)
  assert.match(found.output, /in 1 places \(40 accounts\): run occupy stats rebuild\n$/)
  assert.equal((await occupy(['stats', 'rebuild'], env)).code, 0)
  assert.equal((await occupy(['stats', 'verify'], env)).code, 0)
})

test('totals of another time zone count as not computed yet, not as wrong', async () => {
  const moved = { ...env, TIMEZONE: 'America/New_York' }
  const found = await occupy(['stats', 'verify'], moved)
  assert.deepEqual(
    [found.code, found.output],
    [0, '统计无误 · all totals are right: 40 accounts, 40 of them not computed yet\n'],
  )
  assert.equal((await occupy(['stats', 'rebuild'], moved)).code, 0)
  const again = await occupy(['stats', 'verify'], moved)
  assert.deepEqual([again.code, again.output], [0, '统计无误 · all totals are right: 40 accounts\n'])
})

test('after the removal of an account, and in a copy of the database, everything is correct', async () => {
  assert.equal((await occupy(['stats', 'rebuild'], env)).code, 0)
  const removed = await occupy(['accounts', 'delete', 'student00003', '--yes'], env)
  assert.equal(removed.code, 0, removed.errors)
  const right = [0, '统计无误 · all totals are right: 39 accounts\n']
  const { code, output } = await occupy(['stats', 'verify'], env)
  assert.deepEqual([code, output], right)
  const to = `file:${join(folder, 'copy.sqlite')}`
  const copied = await occupy(['migrate-data', '--from', `file:${file}`, '--to', to], env)
  assert.equal(copied.code, 0, copied.errors)
  const copy = await occupy(['stats', 'verify'], { ...env, DATABASE_URL: to })
  assert.deepEqual([copy.code, copy.output], right)
})
