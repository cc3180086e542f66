import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { migrate } from '../../src/storage/migrate.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { addToCounters, countAll, countRunning } from '../../src/studies/list/study-counter.repository.ts'
import { runningDelta, startDeltas } from '../../src/studies/list/study-counter.ts'
import { isSelfReported } from '../../src/studies/own/own-study.ts'
import { keptNote, keptSubject } from '../../src/studies/own/study-text.ts'
import { toOwnStudy } from '../../src/studies/study.repository.ts'
import { openSeedStore } from '../../src/tools/seed/open-seed-store.ts'
import type { PlanRequest } from '../../src/tools/seed/plan.ts'
import { NotEmptyError, seedDatabase } from '../../src/tools/seed/seed.service.ts'
import { type EmptyDatabase, emptyDatabase } from '../support/empty-database.ts'

const limit = 16 * 3600
const from = Date.parse('2025-09-01T00:00:00+08:00') / 1000
const until = Date.parse('2026-07-06T21:00:00+08:00') / 1000
const request: PlanRequest = { students: 200, records: 20_000, seed: 7, from, until, timezone: 'Asia/Shanghai', limit }

describe('seeding a campus', () => {
  let folder: string
  let database: EmptyDatabase
  let storage: Storage

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'occupy-seed-'))
    database = await emptyDatabase(folder)
    await seed(database.url, request)
    storage = open(database.url)
  })

  after(async () => {
    await storage.close()
    await database.close()
    await rm(folder, { recursive: true })
  })

  test('the same numbers create the same campus, another seed another one', async () => {
    const again = await seedElsewhere(request)
    const other = await seedElsewhere({ ...request, seed: 8 })
    assert.equal(again, await checksum(storage))
    assert.notEqual(other, again)
  })

  test('an interrupted run continues where it stopped, with the same result', async () => {
    const stopped = await emptyDatabase(await mkdtemp(join(folder, 'stopped-')))
    const controller = new AbortController()
    const onProgress = (records: number) => records === 9_000 && controller.abort()
    const options = { chunkSize: 7_000, partSize: 1_000, signal: controller.signal, onProgress }
    await assert.rejects(seed(stopped.url, request, options), { name: 'AbortError' })
    const part = open(stopped.url)
    const kept = (await studiesOf(part)).length
    assert.equal(kept, 9_000, 'the rows written before the stop')
    assert.equal(await countAll(part.db), (await visibleOf(part)).length)
    await part.close()
    const { found } = await seed(stopped.url, request)
    assert.equal(found, kept)
    const whole = open(stopped.url)
    assert.equal(await checksum(whole), await checksum(storage))
    await whole.close()
    await stopped.close()
  })

  test('does not touch a database with other content', async () => {
    const place = await emptyDatabase(await mkdtemp(join(folder, 'other-')))
    await seed(place.url, request)
    await assert.rejects(seed(place.url, { ...request, seed: 9 }), NotEmptyError)
    await place.close()
  })

  test('the counts equal those of the service', async () => {
    const studies = await studiesOf(storage)
    const visible = await visibleOf(storage)
    assert.equal(studies.length, request.records)
    assert.ok(visible.length < studies.length)
    const place = await emptyDatabase(await mkdtemp(join(folder, 'counted-')))
    const counted = open(place.url)
    await migrate(counted)
    await counted.write(async (tx) => {
      for (const { started_at, ended_at } of visible)
        await addToCounters(tx, [...startDeltas(started_at, 1), runningDelta(ended_at === null ? 1 : 0)])
    })
    assert.deepEqual(await countersOf(storage), await countersOf(counted))
    assert.equal(await countRunning(storage.db), visible.filter((study) => study.ended_at === null).length)
    const counts = await storage.db.selectFrom('accounts').select(['id', 'study_count']).orderBy('id').execute()
    const own = Map.groupBy(studies, (study) => study.account_id)
    assert.deepEqual(
      counts.map((row) => row.study_count),
      counts.map((row) => own.get(row.id)?.length ?? 0),
    )
    await counted.close()
    await place.close()
  })

  test('records obey the rules of time', async () => {
    for (const { started_at, ended_at, end_cause } of await studiesOf(storage)) {
      assert.ok(started_at >= from && started_at < until)
      assert.ok(ended_at === null ? started_at + limit > until : ended_at >= started_at && ended_at <= until)
      if (end_cause === 'limit') assert.equal(ended_at, started_at + limit)
      else if (ended_at !== null) assert.ok(ended_at - started_at <= limit)
    }
  })

  test('looks like a campus: ascending ids, busy evenings, quiet noons, exam weeks, forgotten timers, some running records', async () => {
    const studies = await studiesOf(storage)
    assert.ok(studies.every((study, index) => index === 0 || study.started_at >= (studies[index - 1]?.started_at ?? 0)))
    const starts = studies.map((study) => new Date((study.started_at + 8 * 3600) * 1000))
    const at = (hour: number) => starts.filter((start) => start.getUTCHours() === hour).length
    assert.ok(at(19) > 4 * at(12), `${at(19)} start at seven in the evening, ${at(12)} at noon`)
    const on = (month: string) => starts.filter((start) => start.toISOString().startsWith(month)).length
    assert.ok(on('2026-01') > 2 * on('2026-02'), `${on('2026-01')} in January, ${on('2026-02')} in the holidays`)
    const causes = Object.groupBy(studies, (study) => study.end_cause ?? 'running')
    assert.ok((causes.limit?.length ?? 0) > 20)
    assert.ok((causes['next-start']?.length ?? 0) > 20)
    assert.equal(causes.running?.length, 4)
  })

  test('students differ: visibility, goals, subjects and whether their app sends heartbeats', async () => {
    const accounts = await storage.db.selectFrom('accounts').selectAll().orderBy('id').execute()
    const shares = Object.groupBy(accounts, (account) => account.visibility)
    for (const [visibility, least, most] of [
      ['everyone', 130, 180],
      ['ranked_anonymously', 10, 45],
      ['only_me', 5, 35],
    ] as const) {
      const count = shares[visibility]?.length ?? 0
      assert.ok(count >= least && count <= most, `${count} of ${visibility}`)
    }
    assert.deepEqual(
      await hiddenIn(storage),
      (shares.only_me ?? []).map(({ id }) => id),
    )
    const goals = accounts.flatMap((account) => account.daily_goal_minutes ?? [])
    assert.ok(goals.length > 40 && goals.length < 120, `${goals.length} have a goal`)
    assert.ok(goals.every((goal) => Number.isInteger(goal) && goal >= 1 && goal <= 1440))
    const subjectsOf = new Map<number, Set<string>>()
    for (const { account_id, subject } of await studiesOf(storage))
      if (subject !== null) subjectsOf.set(account_id, (subjectsOf.get(account_id) ?? new Set()).add(subject))
    const counts = [...subjectsOf.values()].map((subjects) => subjects.size)
    assert.ok(Math.max(...counts) <= 6 && new Set(counts).size > 3)
    assert.ok(new Set([...subjectsOf.values()].flatMap((subjects) => [...subjects])).size > 15)
  })

  test('records contain what the service would have stored: texts, heartbeats and seen time', async () => {
    const rows = await studiesOf(storage)
    const share = (holds: (row: (typeof rows)[number]) => boolean) => rows.filter(holds).length / rows.length
    const within = (value: number, least: number, most: number, what: string) =>
      assert.ok(value > least && value < most, `${what}: ${value}`)
    within(
      share(({ subject }) => subject !== null),
      0.7,
      0.8,
      'have a subject',
    )
    within(
      share(({ note }) => note !== null),
      0.05,
      0.11,
      'have a note',
    )
    within(
      share((row) => isSelfReported(toOwnStudy(row))),
      0.06,
      0.2,
      'are self-reported',
    )
    within(
      share(({ seen_from }) => seen_from === null),
      0.04,
      0.08,
      'were never seen',
    )
    within(
      share(({ heartbeat_at }) => heartbeat_at !== null),
      0.25,
      0.7,
      'have heartbeats',
    )
    within(
      share(({ end_cause }) => end_cause === 'idle'),
      0.001,
      0.02,
      'ended idle',
    )
    for (const row of rows) {
      const { subject, note, started_at, ended_at, end_cause, heartbeat_at, seen_from, seen_to } = row
      assert.deepEqual([keptSubject(subject), keptNote(note)], [subject, note])
      if (seen_from === null) assert.deepEqual([seen_to, heartbeat_at, end_cause], [null, null, 'student'])
      else assert.equal(seen_from, started_at)
      if (seen_to !== null) assert.ok(ended_at !== null && seen_to >= started_at && seen_to <= ended_at)
      if (heartbeat_at !== null) assert.ok(heartbeat_at >= started_at && heartbeat_at <= (ended_at ?? until))
      if (end_cause === 'idle') assert.deepEqual([heartbeat_at, seen_to], [ended_at, ended_at])
      if (end_cause === 'next-start') assert.equal(seen_to, ended_at)
      if (end_cause === 'limit' || ended_at === null) assert.equal(seen_to, null)
      if (ended_at === null && heartbeat_at !== null) assert.ok(heartbeat_at > until - 60)
    }
  })

  test('the next record and account get the next ids', async () => {
    await storage
      .write(async (tx) => {
        const values = { account_id: 1, started_at: until, ended_at: until, end_cause: 'student' as const }
        const study = await tx.insertInto('studies').values(values).returning('id').executeTakeFirstOrThrow()
        assert.equal(study.id, request.records + 1)
        throw new Error('undone')
      })
      .catch((error: Error) => assert.equal(error.message, 'undone'))
  })

  async function seedElsewhere(plan: PlanRequest): Promise<string> {
    const place = await emptyDatabase(await mkdtemp(join(folder, 'elsewhere-')))
    await seed(place.url, plan)
    const made = open(place.url)
    const sum = await checksum(made)
    await made.close()
    await place.close()
    return sum
  }
})

type RunOptions = Omit<Parameters<typeof seedDatabase>[1], 'request' | 'now' | 'passwordHash'>

async function seed(url: string, plan: PlanRequest, options: RunOptions = {}) {
  const store = await openSeedStore(readConfig({ DATABASE_URL: url }).database)
  try {
    return await seedDatabase(store, { request: plan, now: until, passwordHash: 'nobody', ...options })
  } finally {
    await store.close()
  }
}

function open(url: string): Storage {
  return openDatabase(readConfig({ DATABASE_URL: url }).database)
}

function studiesOf({ db }: Storage) {
  return db.selectFrom('studies').selectAll().orderBy('id').execute()
}

/** The visible records. */
async function visibleOf(storage: Storage) {
  const hidden = new Set(await hiddenIn(storage))
  return (await studiesOf(storage)).filter((study) => !hidden.has(study.account_id))
}

async function hiddenIn({ db }: Storage): Promise<number[]> {
  const rows = await db.selectFrom('hidden_accounts').select('account_id').orderBy('account_id').execute()
  return rows.map((row) => row.account_id)
}

async function checksum(storage: Storage): Promise<string> {
  const accounts = await storage.db.selectFrom('accounts').selectAll().orderBy('id').execute()
  const rows = [accounts, await hiddenIn(storage), await studiesOf(storage), await countersOf(storage)]
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex')
}

async function countersOf({ db }: Storage) {
  const rows = await db
    .selectFrom('study_tallies')
    .select((eb) => ['width', 'bucket', eb.fn.sum<number>('count').as('count')])
    .groupBy(['width', 'bucket'])
    .orderBy('width')
    .orderBy('bucket')
    .execute()
  return rows.map(({ width, bucket, count }) => [width, bucket, Number(count)])
}
