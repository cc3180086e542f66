import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { AccountId } from '../../src/accounts/account.ts'
import { DomainError } from '../../src/shared/errors.ts'
import type { Storage } from '../../src/storage/storage.ts'
import {
  type ChangeService,
  changeLifetimeSeconds,
  createChangeService,
} from '../../src/studies/changes/change.service.ts'
import { createOwnStudyService, type OwnStudyService } from '../../src/studies/own/own-study.service.ts'
import type { OwnStudy } from '../../src/studies/own/own-study.ts'
import { createStudyService, type StudyService } from '../../src/studies/study.service.ts'
import type { StudyId } from '../../src/studies/study.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { Device } from './device.ts'

const epoch = 1_750_000_000

let database: TestDatabase
let storage: Storage
let studies: StudyService
let own: OwnStudyService
let changes: ChangeService
let now = epoch
let account: AccountId
const clock = { now: () => now }

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
  ;[studies, own] = servicesOn(storage)
  changes = createChangeService({ storage, studies, clock })
})

beforeEach(async () => {
  now = epoch
  account = await newAccount(storage)
})

after(() => database.close())

function servicesOn(storage: Storage): [StudyService, OwnStudyService] {
  const studies = createStudyService({ storage, clock, maxHours: 16, idleMinutes: 30 })
  return [studies, createOwnStudyService({ storage, studies })]
}

async function records(): Promise<OwnStudy[]> {
  const request = { perPage: 5000, order: 'asc', filter: { accountId: account } } as const
  return (await own.listOwnStudies(account, request)).items
}

const log = () =>
  storage.db.selectFrom('study_changes').select(['version', 'study_id']).where('account_id', '=', account).execute()
const edit = (id: StudyId, note: string) => own.editStudy(account, id, { note })
const start = async () => (await studies.startStudy(account)).id

test('a device that reads during writes misses no change and sees them in order', async () => {
  const writers = database.openMany(3).map(servicesOn)
  let writing = writers.length
  const work = writers.map(async ([studies, own], writer) => {
    const mine: StudyId[] = []
    for (let at = 0; at < 60; at++) {
      if (at % 3 === 0) mine.push((await studies.startStudy(account, epoch - 1000 * at)).id)
      const id = mine[(at * 7) % mine.length] as StudyId
      if (at % 10 === 9) await own.removeStudy(account, mine.splice(mine.indexOf(id), 1)[0] as StudyId)
      else {
        await own.editStudy(account, id, { note: `${writer} ${at}` })
        // May be refused, because its end is earlier.
        await own.editStudy(account, id, { startedAt: epoch - 500 * ((at * 13) % 97) }).catch(assertRefused)
      }
    }
    writing -= 1
  })
  const devices = [new Device(changes, account), new Device(changes, account)]
  let steps = 0
  for (; writing > 0; steps++) {
    const known = devices.map(({ cursor }) => cursor?.version ?? 0)
    await Promise.all(devices.map((device, at) => device.step(at + 2)))
    for (const [at, { cursor }] of devices.entries()) assert.ok((cursor?.version ?? 0) >= (known[at] ?? 0))
    await changes.deleteOld()
    await setImmediate()
  }
  await Promise.all(work)
  assert.ok(steps > 10, `${steps} steps`)
  for (const device of devices) {
    await device.sync(7)
    assert.equal(device.resets, 0)
    assert.deepEqual(device.records(), await records())
  }
})

test('only a removal adds a row to the log of changes', async () => {
  const device = new Device(changes, account)
  await device.sync(100)
  const [one, two] = [await start(), await start()]
  for (const note of ['a', 'b', 'c']) for (const id of [one, two]) await edit(id, note)
  await own.removeStudy(account, one)
  assert.deepEqual(await log(), [{ version: 10, study_id: one }])
  await device.sync(1)
  assert.equal(device.resets, 0)
  assert.deepEqual(device.records(), await records())
})

test('lists what the release before record versions writes to its log', async () => {
  const device = new Device(changes, account)
  const [one, two] = [await start(), await start()]
  await device.sync(100)
  await edit(two, 'of this release')
  await storage.db.updateTable('studies').set({ note: 'of that one' }).where('id', '=', one).execute()
  await logAs(4, [one, two])
  await edit(two, 'of this release again')
  await device.sync(1)
  assert.equal(device.resets, 0)
  assert.deepEqual(device.records(), await records())
  assert.equal(device.cursor?.version, 9)
})

/** Logs the next writes of the account, as that release did. */
async function logAs(written: number, ids: StudyId[]): Promise<void> {
  await storage.write(async (tx) => {
    const { study_version: last } = await tx
      .updateTable('accounts')
      .set((eb) => ({ study_version: eb('study_version', '+', written) }))
      .where('id', '=', account)
      .returning('study_version')
      .executeTakeFirstOrThrow()
    const rows = ids.map((id, at) => ({ account_id: account, version: last - at, study_id: id, changed_at: now }))
    await tx.insertInto('study_changes').values(rows).execute()
  })
}

test('reads only one page of very many changes', async () => {
  const records = 50_000
  await start()
  for (let at = 0; at < records; at += 5000) {
    const rows = Array.from({ length: 5000 }, (_, index) => [epoch - 60 * (at + index), at + index + 2])
    const values = sql.join(rows.map(([from, version]) => sql`(${account}, ${from}, ${from}, 'student', ${version})`))
    await storage.write((tx) =>
      sql`insert into studies (account_id, started_at, ended_at, end_cause, version) values ${values}`.execute(tx),
    )
  }
  await storage.db
    .updateTable('accounts')
    .set({ study_version: records + 1 })
    .where('id', '=', account)
    .execute()
  const since = { accountId: account, version: 1 }
  const page = await changes.listChanges(account, since, 100)
  assert.deepEqual([page.changes.length, page.cursor.version, page.more, page.reset], [100, 101, true, false])
  const all = storage.db.selectFrom('studies').select(['id', 'version']).where('account_id', '=', account)
  const [pageMs, allMs] = [
    await shortestOf(5, () => changes.listChanges(account, since, 100)),
    await shortestOf(5, () => all.execute()),
  ]
  assert.ok(pageMs < allMs, `${pageMs} ms, all ${allMs} ms`)
})

async function shortestOf(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let at = 0; at < times; at++) {
    const begun = performance.now()
    await work()
    taken.push(performance.now() - begun)
  }
  return Math.min(...taken)
}

test('lists a record once if its id was used before', async () => {
  const device = new Device(changes, account)
  await start()
  await device.sync(100)
  const known = device.cursor
  for (let at = 0; at < 5; at++) await own.removeStudy(account, await start())
  await start()
  const listed: StudyId[] = []
  for (let since = known, more = true; more; ) {
    const page = await changes.listChanges(account, since, 1)
    listed.push(...page.changes.map(({ id }) => id))
    ;({ cursor: since, more } = page)
  }
  assert.equal(new Set(listed).size, listed.length)
  await device.sync(1)
  assert.deepEqual(device.records(), await records())
})

test('deletes a long log in parts', async () => {
  const id = await start()
  const device = new Device(changes, account)
  await device.sync(100)
  for (let piece = 0; piece < 3; piece++) await logAs(400, Array(400).fill(id))
  await edit(id, 'later')
  now += changeLifetimeSeconds
  await changes.deleteOld()
  assert.deepEqual(await log(), [])
  await device.sync(100)
  assert.equal(device.resets, 1)
  assert.deepEqual(device.records(), await records())
})

test('a device that missed a deleted removal starts over, and another continues', async () => {
  const [asleep, upToDate, walking] = [1, 2, 3].map(() => new Device(changes, account)) as [Device, Device, Device]
  const [one, two] = [await start(), await start()]
  for (const device of [asleep, upToDate]) await device.sync(100)
  assert.equal(await walking.step(1), true)
  await own.removeStudy(account, one)
  await upToDate.sync(100)
  now += changeLifetimeSeconds - 1
  await changes.deleteOld()
  assert.equal((await log()).length, 1)
  now += 1
  await changes.deleteOld()
  assert.deepEqual(await log(), [])
  await edit(two, 'later')
  for (const device of [asleep, upToDate, walking]) await device.sync(100)
  assert.deepEqual(
    [asleep, upToDate, walking].map(({ resets }) => resets),
    [1, 0, 1],
  )
  for (const device of [asleep, upToDate, walking]) assert.deepEqual(device.records(), await records())
})

test('lists a record that the service has ended but not stored yet as ended', async () => {
  const device = new Device(changes, account)
  await start()
  await device.sync(100)
  now += 17 * 3600
  const another = new Device(changes, account)
  await another.sync(100)
  assert.equal(another.records()[0]?.end?.cause, 'limit')
  await studies.endOverdue()
  await device.sync(100)
  assert.deepEqual(device.records(), another.records())
})

function assertRefused(error: unknown): void {
  assert.ok(error instanceof DomainError, String(error))
}
