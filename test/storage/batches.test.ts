import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import type { AccountId } from '../../src/accounts/account.ts'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import { toWireTime } from '../../src/http/wire-time.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { answerLifetimeSeconds, type BatchService, createBatchService } from '../../src/studies/batch/batch.service.ts'
import { readItem } from '../../src/studies/batch/batch-item.schemas.ts'
import type { BatchResult } from '../../src/studies/batch/batch-item.ts'
import { type ChangeService, createChangeService } from '../../src/studies/changes/change.service.ts'
import { createOwnStudyService, type OwnStudyService } from '../../src/studies/own/own-study.service.ts'
import { isSelfReported, type OwnStudy } from '../../src/studies/own/own-study.ts'
import { createStudyService, type StudyService } from '../../src/studies/study.service.ts'
import type { StudyId } from '../../src/studies/study.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import type { Item } from '../contract/batch-results.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { applyCompletely } from './apply-completely.ts'
import { BatchModel, type ModelResult, shown } from './batch-model.ts'
import { assertCountsMatch } from './counts.ts'
import { Device } from './device.ts'

const epoch = 1_750_000_000
const hour = 3600

let database: TestDatabase
let storage: Storage
let studies: StudyService
let own: OwnStudyService
let batches: BatchService
let changes: ChangeService
let now = epoch
const clock = { now: () => now }

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
  studies = createStudyService({ storage, clock, maxHours: 16, idleMinutes: 30 })
  own = createOwnStudyService({ storage, studies })
  batches = createBatchService({ storage, studies, clock })
  changes = createChangeService({ storage, studies, clock })
})

after(() => database.close())

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const time = fc.oneof(
  fc.integer({ min: -40, max: 3 }).map((quarters) => toWireTime(epoch + quarters * 900)),
  fc.integer({ min: -90, max: 90 }).map((seconds) => toWireTime(epoch + seconds)),
)
const subject = maybe(fc.constantFrom(null, '高等数学', '英语'))
const key = fc.integer({ min: 0, max: 19 }).map((at) => `key ${at}`)
const of = fc.oneof(
  { weight: 1, arbitrary: key.map((record_key) => ({ record_key })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((id) => ({ id })) },
)
const item = fc.oneof(
  fc.record({ key, action: fc.constant('start' as const), start_time: maybe(time), subject }),
  fc.record({ key, action: fc.constant('record' as const), start_time: time, end_time: time, subject }),
  fc.record({ key, of, action: fc.constant('end' as const), end_time: maybe(time) }),
  fc.record({ key, of, action: fc.constant('edit' as const), start_time: maybe(time), end_time: maybe(time), subject }),
  fc.record({ key, of, action: fc.constant('delete' as const) }),
)
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const), items: fc.array(item, { maxLength: 9 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('again' as const), pick: fc.nat(), shuffle: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('live' as const), ends: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 5 * hour }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sync' as const), perPage: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const) }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** A student with an app that sends batches, and two devices that follow the changes. */
class Student {
  readonly model = new BatchModel()
  readonly account: AccountId
  readonly devices: Device[]
  readonly #sent: Item[][] = []

  constructor(account: AccountId) {
    this.account = account
    this.devices = [new Device(changes, account), new Device(changes, account)]
  }

  async perform(each: Command): Promise<void> {
    const pick = each.kind === 'again' ? this.#sent[each.pick % Math.max(1, this.#sent.length)] : undefined
    if (each.kind === 'send') await this.send(each.items.map((item) => this.#resolved(item)))
    else if (each.kind === 'again')
      await this.send(each.shuffle ? (pick ?? []).toReversed() : (pick ?? []), !each.shuffle)
    else if (each.kind === 'live') await this.#studyLive(each.ends)
    else if (each.kind === 'sync') await this.devices[0]?.sync(each.perPage)
    else if (each.kind === 'forget') await changes.deleteOld()
    else {
      now += each.seconds
      this.model.sweep(now)
    }
  }

  /** Ids are those of records that the student has by now: 0 belongs to nobody. */
  #resolved({ of, ...item }: { of?: { record_key: string } | { id: number } } & Omit<Item, 'id' | 'record_key'>): Item {
    if (of === undefined || 'record_key' in of) return { ...item, ...of }
    return { ...item, id: this.model.studies[of.id]?.id ?? 999_999_999 }
  }

  async send(items: Item[], isNew = true): Promise<void> {
    if (isNew) this.#sent.push(items)
    const results = await batches.applyBatch(this.account, items.map(readItem))
    const known = new Set(this.model.studies.map(({ id }) => id))
    const ids = new Set(results.flatMap(({ answer }) => ('study' in answer && answer.study ? [answer.study.id] : [])))
    const created = [...ids].filter((id) => !known.has(id) && id > this.#latestId).sort((a, b) => a - b)
    this.#latestId = Math.max(this.#latestId, ...created)
    assert.deepEqual(results.map(toModel), this.model.send(items, now, created))
  }
  #latestId = 0

  async #studyLive(ends: boolean): Promise<void> {
    const { id } = await studies.startStudy(this.account)
    const study = this.model.start(undefined, now)
    study.id = id
    this.#latestId = id
    if (!ends) return
    await studies.endStudy(this.account, id)
    this.model.end(study, undefined, now)
  }
}

function toModel({ answer }: BatchResult): ModelResult {
  if ('code' in answer) return { code: answer.code }
  return answer.study ? { study: shownOf(answer.study) } : 'deleted'
}

function shownOf(study: OwnStudy) {
  const { id, startedAt, end, subject } = study
  return { id, start: startedAt, end: end?.at, cause: end?.cause, subject, selfReported: isSelfReported(study) }
}

async function recordsOf(account: AccountId): Promise<OwnStudy[]> {
  const request = { perPage: 2000, order: 'asc', filter: { accountId: account } } as const
  return (await own.listOwnStudies(account, request)).items
}

test('batches in any order, also repeated, have the same effect as a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 3, maxLength: 14 }), async (commands) => {
      now = epoch
      const student = new Student(await newAccount(storage))
      for (const each of commands) await student.perform(each)
      const records = await recordsOf(student.account)
      const wanted = student.model.studies.map(shown).sort((a, b) => a.start - b.start || a.id - b.id)
      assert.deepEqual(records.map(shownOf), wanted)
      await studies.endOverdue()
      for (const device of student.devices) {
        await device.sync(3)
        assert.deepEqual(device.records(), await recordsOf(student.account))
      }
      await assertCountsMatch(storage)
      await removeAccount(storage, student.account, removeStudiesOf)
      assert.deepEqual(await leftOf(student.account), [])
    }),
    { numRuns: 150 },
  )
})

async function leftOf(account: AccountId): Promise<unknown[]> {
  const { db } = storage
  const of = (table: 'studies' | 'study_changes' | 'study_batch_keys') =>
    db.selectFrom(table).select('account_id').where('account_id', '=', account).execute()
  return [...(await of('studies')), ...(await of('study_changes')), ...(await of('study_batch_keys'))]
}

test('responses are stored for 90 days, and then deleted in parts', async () => {
  now = epoch
  const account = await newAccount(storage)
  const items = Array.from({ length: 500 }, (_, at) => ({ ...past, key: `old ${at}` })).map(readItem)
  const first = await applyCompletely(batches, account, items)
  now += answerLifetimeSeconds - 1
  await batches.deleteOld()
  assert.deepEqual(await batches.applyBatch(account, items), first)
  const young = readItem({ ...past, key: 'young' })
  const [kept] = await batches.applyBatch(account, [young])
  now += 1
  await batches.deleteOld()
  assert.deepEqual(await batches.applyBatch(account, [young]), [kept])
  const [again] = await applyCompletely(batches, account, items)
  assert.notDeepEqual(again, first[0])
  assert.equal((await recordsOf(account)).length, 1001)
})

const past = { action: 'record', start_time: toWireTime(epoch - hour), end_time: toWireTime(epoch) }

test('items that a slow database does not reach in time are refused for now, and sent again', async (t) => {
  // The limit applies there too, and is so close to that of a write that a busy machine may exceed it.
  if (storage.kind !== 'sqlite') return t.skip('tried on SQLite')
  now = epoch
  const account = await newAccount(storage)
  let slow = true
  const followers = [async () => void (slow && (await setTimeout(1850)))]
  const slowStudies = createStudyService({ storage, clock, maxHours: 16, idleMinutes: 30, followers })
  const slowBatches = createBatchService({ storage, studies: slowStudies, clock })
  const items = ['a', 'b'].map((key) => readItem({ ...past, key }))
  const waiting = readItem({ key: 'c', action: 'delete', record_key: 'b' })
  const [done, ...later] = await slowBatches.applyBatch(account, [...items, waiting])
  for (const { answer } of later) assert.deepEqual(answer, { code: 'busy', parameter: undefined })
  assert.equal((await recordsOf(account)).length, 1)
  slow = false
  const [again, ...rest] = await slowBatches.applyBatch(account, [...items, waiting])
  assert.deepEqual(again, done)
  assert.deepEqual(
    rest.map(({ answer }) => 'study' in answer),
    [true, true],
  )
  assert.equal((await recordsOf(account)).length, 1)
})

test('a batch of an account that was removed meanwhile is refused as a whole', async () => {
  const account = await newAccount(storage)
  await removeAccount(storage, account, removeStudiesOf)
  await assert.rejects(batches.applyBatch(account, [readItem({ key: 'x', action: 'start' })]), { code: 'unauthorized' })
  assert.deepEqual(await leftOf(account), [])
})

test('a batch loses nothing of a record that others write at the same time', async () => {
  now = epoch
  const account = await newAccount(storage)
  const { id } = await studies.startStudy(account)
  const batch = (at: number) => [
    readItem({ key: `b${at}`, action: 'edit', id, note: `${at}` }),
    readItem({ ...past, key: `r${at}` }),
  ]
  const work = Array.from({ length: 20 }, (_, at) => [
    batches.applyBatch(account, batch(at)),
    own.editStudy(account, id as StudyId, { subject: `${at}` }),
  ]).flat()
  await Promise.all<unknown>(work)
  const records = await recordsOf(account)
  assert.equal(records.length, 21)
  const record = records.find((each) => each.id === id)
  assert.ok(record?.note && record.subject)
  await assertCountsMatch(storage)
  const rows = await storage.db.selectFrom('studies').select('version').where('account_id', '=', account).execute()
  const versions = new Set(rows.map(({ version }) => version))
  assert.equal(versions.size, 21)
  assert.equal(Math.max(...versions), 61)
})
