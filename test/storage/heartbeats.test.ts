import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { createHeartbeatService } from '../../src/studies/own/heartbeat.service.ts'
import { createOwnStudyService } from '../../src/studies/own/own-study.service.ts'
import { createStudyService } from '../../src/studies/study.service.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'

const noon = 1_750_000_000
const minute = 60

let database: TestDatabase
let handles: Storage[]
let now: number
let account: AccountId

before(async () => {
  database = await openTestDatabase()
  handles = database.openMany(3)
})

after(() => database.close())

beforeEach(async () => {
  now = noon
  account = await newAccount(handles[0] as Storage)
})

/** The heartbeats of another process, on the same database. */
function instance(at = 0) {
  const storage = handles[at] as Storage
  const studies = createStudyService({ storage, clock: { now: () => now }, maxHours: 16, idleMinutes: 30 })
  return {
    studies,
    own: createOwnStudyService({ storage, studies }),
    heartbeats: createHeartbeatService({ storage, studies }),
  }
}

const stored = async () =>
  (handles[0] as Storage).db
    .selectFrom('studies')
    .select(['ended_at', 'end_cause', 'heartbeat_at', 'seen_to'])
    .where('account_id', '=', account)
    .orderBy('id')
    .execute()

test('a record ends at its last heartbeat after the silence, and not earlier', async () => {
  const { studies, heartbeats, own } = instance()
  const { id } = await studies.startStudy(account)
  for (const at of [5, 10, 15]) {
    now = noon + at * minute
    await heartbeats.beat(account)
  }
  await heartbeats.flush()
  now = noon + 45 * minute - 1
  await studies.endOverdue()
  assert.equal((await studies.getStudy(id, account)).end, undefined)
  now += 1
  const end = { at: noon + 15 * minute, cause: 'idle' }
  assert.deepEqual((await studies.getStudy(id, account)).end, end, 'it is shown before it is written')
  await assert.rejects(async () => own.getRunning(account), { code: 'no-running-study' })
  await assert.rejects(async () => heartbeats.beat(account), { code: 'no-running-study' })
  await assert.rejects(own.endRunning(account), { code: 'no-running-study' })
  assert.equal(await studies.endOverdue(), 1)
  const [row] = await stored()
  assert.deepEqual([row?.ended_at, row?.end_cause, row?.seen_to], [end.at, 'idle', end.at])
})

test('stopping an expired record returns the end that it already has', async () => {
  const { studies, heartbeats } = instance()
  const { id } = await studies.startStudy(account)
  now += minute
  await heartbeats.beat(account)
  await heartbeats.flush()
  now += 60 * minute
  assert.deepEqual((await studies.endStudy(account, id)).end, { at: noon + minute, cause: 'idle' })
  assert.deepEqual((await studies.endStudy(account, id, now)).end, { at: now, cause: 'student' })
})

test('a record without any heartbeat ends at the limit', async () => {
  const { studies } = instance()
  const { id } = await studies.startStudy(account)
  now += 10 * 60 * minute
  assert.equal(await studies.endOverdue(), 0)
  now += 6 * 60 * minute
  assert.deepEqual((await studies.getStudy(id, account)).end, { at: now, cause: 'limit' })
})

test('a record ends at the earliest of its limits, whenever it is read', async () => {
  const { studies, heartbeats } = instance()
  const { id } = await studies.startStudy(account)
  const limit = noon + 16 * 60 * minute
  now = limit - 10 * minute
  await heartbeats.beat(account)
  await heartbeats.flush()
  now = limit + 100 * minute
  assert.deepEqual((await studies.getStudy(id, account)).end, { at: limit, cause: 'limit' })
  await studies.endOverdue()
  assert.equal((await stored())[0]?.end_cause, 'limit')
})

test('heartbeats are collected and written once, and a late one is written at once', async () => {
  const { studies, heartbeats } = instance()
  await studies.startStudy(account)
  await heartbeats.beat(account)
  now += 2
  await heartbeats.beat(account)
  assert.equal((await stored())[0]?.heartbeat_at, null)
  await heartbeats.flush()
  assert.equal((await stored())[0]?.heartbeat_at, noon + 2)
  now += 15 * minute
  await heartbeats.beat(account)
  assert.equal((await stored())[0]?.heartbeat_at, now)
})

test('an older heartbeat of another process does not overwrite a newer one, and one from a clock that was ahead is replaced', async () => {
  const [one, other] = [instance(0).heartbeats, instance(1).heartbeats]
  await instance().studies.startStudy(account)
  now += 10 * minute
  await one.beat(account)
  now += minute
  await other.beat(account)
  await other.flush()
  await one.flush()
  assert.equal((await stored())[0]?.heartbeat_at, now)
  now -= 5 * minute
  await one.beat(account)
  await one.flush()
  assert.equal((await stored())[0]?.heartbeat_at, now, 'the clock was ahead, and is put back')
})

test('a heartbeat that failed to be written is written the next time', async () => {
  const storage = handles[0] as Storage
  let fails = true
  const failing: Storage = {
    ...storage,
    write: (work) => (fails ? Promise.reject(new Error('full')) : storage.write(work)),
  }
  const { studies } = instance()
  await studies.startStudy(account)
  const heartbeats = createHeartbeatService({ storage: failing, studies })
  await heartbeats.beat(account)
  await assert.rejects(heartbeats.flush(), /full/)
  fails = false
  await heartbeats.flush()
  assert.equal((await stored())[0]?.heartbeat_at, noon)
})

test('a heartbeat does not affect an ended record', async () => {
  const { studies, heartbeats } = instance()
  const { id } = await studies.startStudy(account)
  await heartbeats.beat(account)
  await studies.endStudy(account, id)
  await studies.startStudy(account)
  await heartbeats.flush()
  assert.deepEqual(
    (await stored()).map(({ heartbeat_at }) => heartbeat_at),
    [null, null],
  )
})

test('a start after the silence does not extend the record', async () => {
  const { studies, heartbeats } = instance()
  await studies.startStudy(account)
  now += minute
  await heartbeats.beat(account)
  await heartbeats.flush()
  now += 3 * 60 * minute
  await studies.startStudy(account)
  const [first, second] = await stored()
  assert.deepEqual([first?.ended_at, first?.end_cause, second?.ended_at], [noon + minute, 'idle', null])
})

test('concurrent sweeps of several instances, starts and heartbeats end what is due once, and nothing else', async () => {
  const instances = handles.map((_, at) => instance(at))
  const accounts = await Promise.all(Array.from({ length: 12 }, () => newAccount(handles[0] as Storage)))
  for (const [at, each] of accounts.entries()) {
    const { studies, heartbeats } = instances[at % 3] as ReturnType<typeof instance>
    await studies.startStudy(each)
    await heartbeats.beat(each)
  }
  for (const { heartbeats } of instances) await heartbeats.flush()
  now += 20 * minute
  for (const each of accounts.slice(0, 6)) await instances[0]?.heartbeats.beat(each)
  now += 10 * minute
  const work = instances.flatMap(({ studies }) => [studies.endOverdue(), studies.endOverdue()])
  await Promise.all([...work, ...accounts.slice(9).map((each, at) => instances[at % 3]?.studies.startStudy(each))])
  const rows = await (handles[0] as Storage).db
    .selectFrom('studies')
    .selectAll()
    .where('account_id', 'in', accounts)
    .execute()
  for (const [at, each] of accounts.entries()) {
    const [first, second] = rows.filter((row) => row.account_id === each).sort((a, b) => a.id - b.id)
    const wanted = at < 6 ? [null, null] : [noon, 'idle']
    assert.deepEqual([first?.ended_at, first?.end_cause], wanted)
    assert.equal(second?.ended_at, at < 9 ? undefined : null)
  }
  await assertCountsMatch(handles[0] as Storage)
})
