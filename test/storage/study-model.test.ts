import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { AccountId } from '../../src/accounts/account.ts'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { createStudyService, type StudyService } from '../../src/studies/study.service.ts'
import type { StudyId } from '../../src/studies/study.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'
import { type ModelRecord, StudyModel } from './study-model.ts'

const epoch = 1_750_000_000
const hour = 3600
const students = 3

let database: TestDatabase
let storage: Storage
let studies: StudyService
let now = epoch

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
  studies = createStudyService({ storage, clock: { now: () => now }, maxHours: 16, idleMinutes: 30 })
})

after(() => database.close())

/** Means the last second before 2000. */
const tooEarly = 50 * 365 * 24 * hour

/** Seconds before the service's now; a small time in the future is allowed, more is refused. */
const past = fc.option(
  fc.oneof(fc.constant(tooEarly), fc.integer({ min: -90, max: 2 * hour }), fc.integer({ min: 0, max: 40 * hour })),
  {
    nil: undefined,
  },
)
const student = fc.nat(students - 1)
const year = 365 * 24 * hour
const clockJump = fc.constantFrom(-61, -60, -hour, -20 * hour, -year, year)
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('start' as const), student, past }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), student, record: fc.nat(), past }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 10 * hour }) }),
  },
  // The clock was ahead and is set back, or was behind and is set right.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: clockJump }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), student }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

test('any actions of students, in any order, have the same effect on records and counts as a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      now = epoch
      const model = new StudyModel(16 * hour)
      const accounts: AccountId[] = []
      for (let at = 0; at < students; at += 1) accounts.push(await newAccount(storage))
      for (const each of commands) await perform(each, model, accounts)
      for (const account of accounts) await compare(account, model)
      await assertCountsMatch(storage)
      for (const account of accounts) await removeAccount(storage, account, removeStudiesOf)
      const everyone = await studies.listStudies({ perPage: 1, order: 'asc', filter: {} })
      assert.equal(everyone.count, 0)
    }),
    { numRuns: 40 },
  )
})

async function perform(each: Command, model: StudyModel, accounts: AccountId[]): Promise<void> {
  switch (each.kind) {
    case 'wait':
      now += each.seconds
      return
    case 'sweep':
      model.sweep(now)
      await studies.endOverdue()
      return
    case 'leave':
      await leave(each.student, model, accounts)
      return
    case 'start':
      await start(accounts[each.student] as AccountId, momentOf(each.past), model)
      return
    case 'end':
      await end(accounts[each.student] as AccountId, each.record, momentOf(each.past), model)
  }
}

function momentOf(secondsAgo: number | undefined): number | undefined {
  if (secondsAgo === undefined) return undefined
  return secondsAgo === tooEarly ? 946_684_799 : now - secondsAgo
}

async function leave(at: number, model: StudyModel, accounts: AccountId[]): Promise<void> {
  const account = accounts[at] as AccountId
  assert.equal(await removeAccount(storage, account, removeStudiesOf), model.remove(account))
  accounts[at] = await newAccount(storage)
}

async function start(account: AccountId, at: number | undefined, model: StudyModel): Promise<void> {
  const wanted = model.start(account, at, now)
  const started = await studies.startStudy(account, at).catch(() => undefined)
  assert.equal(started === undefined, wanted === undefined)
  if (started && wanted) wanted.id = started.id
}

async function end(account: AccountId, pick: number, at: number | undefined, model: StudyModel): Promise<void> {
  const own = model.of(account)
  const record = own[pick % Math.max(1, own.length)]
  if (record === undefined) return
  const wanted = model.end(record, at, now)
  const ended = await studies.endStudy(account, record.id as StudyId, at).catch(() => undefined)
  assert.equal(ended?.end?.at, wanted)
}

async function compare(account: AccountId, model: StudyModel): Promise<void> {
  const wanted = model.of(account).map((record) => ({ ...record, end: model.endOf(record, now) }))
  wanted.sort((a, b) => a.start - b.start || a.id - b.id)
  for (const running of [undefined, true, false]) {
    const some = wanted.filter(({ end }) => running === undefined || (end === undefined) === running)
    const request = { perPage: 100, order: 'asc' as const, filter: { accountId: account, running } }
    const page = await studies.listStudiesOf(account, request, account)
    const got: ModelRecord[] = page.items.map(({ id, startedAt, end }) => ({
      id,
      account,
      start: startedAt,
      end: end?.at,
    }))
    assert.deepEqual(got, some)
    assert.equal(page.count, some.length)
  }
}
