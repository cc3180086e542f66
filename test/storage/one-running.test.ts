import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { createStudyService, type StudyService } from '../../src/studies/study.service.ts'
import { insertStudy } from '../../src/studies/study-writes.repository.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'

const now = 1_750_000_000
const hour = 3600

let database: TestDatabase
let handles: Storage[]
let services: StudyService[]

before(async () => {
  database = await openTestDatabase()
  handles = database.openMany(3)
  services = handles.map((storage) =>
    createStudyService({ storage, clock: { now: () => now }, maxHours: 16, idleMinutes: 30 }),
  )
})

after(() => database.close())

function service(at: number): StudyService {
  return services[at % services.length] as StudyService
}

async function recordsOf(account: AccountId) {
  const { db } = handles[0] as Storage
  return db.selectFrom('studies').selectAll().where('account_id', '=', account).orderBy('id').execute()
}

test('concurrent starts of one student from many processes leave one running record, and all are stored', async () => {
  const account = await newAccount(handles[0] as Storage)
  const places = Array.from({ length: 40 }, (_, at) => now - ((at * 7) % 40) * 60)
  await Promise.all(places.map((place, at) => service(at).startStudy(account, place)))
  const rows = await recordsOf(account)
  assert.equal(rows.length, 40)
  assert.equal(rows.filter(({ ended_at }) => ended_at === null).length, 1)
  for (const { started_at, ended_at } of rows) assert.ok(ended_at === null || ended_at >= started_at)
  await assertCountsMatch(handles[0] as Storage)
})

test('many students who start and end at once cause no deadlock', async () => {
  const accounts = await Promise.all(Array.from({ length: 12 }, () => newAccount(handles[0] as Storage)))
  const works = accounts.flatMap((account, at) => [
    ...[3, 1, 2].map((hours) => service(at + hours).startStudy(account, now - hours * hour)),
    service(at).startStudy(account),
  ])
  const records = await Promise.all(works)
  await Promise.all(records.map(({ accountId, id }, at) => service(at).endStudy(accountId, id)))
  for (const account of accounts) {
    assert.ok((await recordsOf(account)).every(({ ended_at }) => ended_at !== null))
  }
  await assertCountsMatch(handles[0] as Storage)
})

test('one record that many end at once is counted down once', async () => {
  const account = await newAccount(handles[0] as Storage)
  const { id } = await service(0).startStudy(account, now - hour)
  const ends = await Promise.all(Array.from({ length: 20 }, (_, at) => service(at).endStudy(account, id)))
  assert.equal(new Set(ends.map(({ end }) => end?.at)).size, 1)
  await assertCountsMatch(handles[0] as Storage)
})

test('concurrent sweeps of many processes end overdue records once', async () => {
  const accounts = await Promise.all(Array.from({ length: 10 }, () => newAccount(handles[0] as Storage)))
  const left = now - 15 * hour
  await Promise.all(accounts.map((account, at) => service(at).startStudy(account, left)))
  const later = handles.map((storage) =>
    createStudyService({ storage, clock: { now: () => now + 2 * hour }, maxHours: 16, idleMinutes: 30 }),
  )
  await Promise.all(later.map((each) => each.endOverdue()))
  for (const account of accounts) {
    const [row] = await recordsOf(account)
    assert.deepEqual([row?.ended_at, row?.end_cause], [left + 16 * hour, 'limit'])
  }
  await assertCountsMatch(handles[0] as Storage)
})

test('the database itself refuses a second running record, and an end before its start', async () => {
  const [storage] = handles as [Storage]
  const account = await newAccount(storage)
  const unseen = { heartbeatAt: undefined, subject: undefined, note: undefined, seenFrom: undefined, seenTo: undefined }
  const running = { ...unseen, accountId: account, startedAt: now, end: undefined }
  await storage.write((tx) => insertStudy(tx, running, 1))
  await assert.rejects(storage.write((tx) => insertStudy(tx, running, 1)))
  const backwards = { ...running, end: { at: now - 1, cause: 'student' as const } }
  await assert.rejects(storage.write((tx) => insertStudy(tx, backwards, 1)))
  assert.equal((await recordsOf(account)).length, 1)
  await service(0).endStudy(account, (await recordsOf(account))[0]?.id as never)
})
