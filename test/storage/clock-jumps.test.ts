import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { findAccount } from '../../src/accounts/account.repository.ts'
import { createLastSeen } from '../../src/accounts/last-seen.service.ts'
import { createRateLimitService } from '../../src/authentication/rate-limits/rate-limit.service.ts'
import { DomainError } from '../../src/shared/errors.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { toStudy } from '../../src/studies/study.repository.ts'
import { createStudyService, type StudyService } from '../../src/studies/study.service.ts'
import type { Study, StudyId } from '../../src/studies/study.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'

const origin = 'http://127.0.0.1:5000'
const hour = 3600
const year = 365 * 24 * hour
const today = 1_790_000_000
const firstPage = { perPage: 100, order: 'asc' } as const

let database: TestDatabase
let storage: Storage
let studies: StudyService
let now = today
const clock = { now: () => now }

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
  studies = createStudyService({ storage, clock, maxHours: 16, idleMinutes: 30 })
})

after(() => database.close())

/** A record that was started while the clock was a year ahead. */
async function leftByAnotherYear() {
  now = today + year
  const account = await newAccount(storage)
  const ahead = await studies.startStudy(account)
  now = today
  return { account, ahead }
}

test('a running record from the future reads as ended at its own start', async () => {
  const { account, ahead } = await leftByAnotherYear()
  const end = { at: ahead.startedAt, cause: 'limit' }
  assert.deepEqual((await studies.getStudy(ahead.id, ahead.accountId)).end, end)
  const page = await studies.listStudiesOf(account, { ...firstPage, filter: { accountId: account } }, account)
  assert.deepEqual(
    page.items.map(({ id, end }) => ({ id, end })),
    [{ id: ahead.id, end }],
  )
})

test('a start ends a running record from the future at its own start, and starts now', async () => {
  for (const requested of [undefined, today - hour, today + 60]) {
    const { account, ahead } = await leftByAnotherYear()
    const started = await studies.startStudy(account, requested)
    assert.equal(started.startedAt, requested ?? today)
    assert.equal(started.end, undefined)
    assert.equal((await studies.getStudy(ahead.id, ahead.accountId)).end?.at, ahead.startedAt)
  }
  await assertCountsMatch(storage)
})

test('an end ends a running record from the future at its own start', async () => {
  const { account, ahead } = await leftByAnotherYear()
  await assert.rejects(async () => studies.endStudy(account, ahead.id, today), { code: 'end-before-start' })
  assert.equal((await studies.endStudy(account, ahead.id)).end?.at, ahead.startedAt)
  await assertCountsMatch(storage)
})

test('the sweep ends running records from the future, and lists of running records omit them', async () => {
  const { account, ahead } = await leftByAnotherYear()
  const running = { ...firstPage, filter: { accountId: account, running: true } }
  assert.deepEqual((await studies.listStudiesOf(account, running, account)).items, [])
  now = ahead.startedAt
  assert.equal(
    (await studies.getStudy(ahead.id, ahead.accountId)).end?.at,
    ahead.startedAt,
    'it is stored, not only shown',
  )
  await assertCountsMatch(storage)
})

test('a running record a minute ahead comes from a differing clock, and continues', async () => {
  now = today + 60
  const account = await newAccount(storage)
  const soon = await studies.startStudy(account)
  now = today
  assert.equal(await studies.endOverdue(), 0)
  assert.equal((await studies.getStudy(soon.id, soon.accountId)).end, undefined)
  assert.equal((await studies.endStudy(account, soon.id)).end?.at, soon.startedAt)
})

test('a record that ended in the future stays as stored, and limits nothing', async () => {
  const { account, ahead } = await leftByAnotherYear()
  now = ahead.startedAt + hour
  const ended = await studies.endStudy(account, ahead.id)
  now = today
  assert.deepEqual((await studies.getStudy(ahead.id, ahead.accountId)).end, ended.end)
  assert.deepEqual(await studies.endStudy(account, ahead.id), ended)
  assert.equal((await studies.startStudy(account)).startedAt, today)
})

test('a page cached by a clock that was ahead is read again', async () => {
  const { account } = await leftByAnotherYear()
  let made = 0
  const write = () => String(++made)
  const page = async () =>
    studies.writePageOf(account, firstPage, { caller: account, key: String(account), origin, write })
  now = today + year
  assert.equal(await page(), '1')
  now = today
  assert.equal(await page(), '2')
  assert.equal(await page(), '2')
})

for (const growth of [{}, { firstWait: 5 }]) {
  const waits = 'firstWait' in growth ? ' with growing waits' : ''

  test(`a rate limit${waits} consumed by a clock that was ahead locks nobody out`, async () => {
    const limits = createRateLimitService({ storage, clock, key: Buffer.alloc(32), enforced: true })
    const limit = { name: `tries${waits}`, points: 2, duration: hour, ...growth }
    const consumeAll = async (who: string) => {
      for (let at = 0; at < limit.points; at += 1) await limits.book([{ limit, who }])
      await assert.rejects(limits.book([{ limit, who }]), { code: 'too-many-requests' })
    }
    now = today + year
    await consumeAll('ann')
    await consumeAll('bob')
    now = today
    await consumeAll('ann')
    await consumeAll('bob')
    now = today + hour
    await consumeAll('ann')
  })

  test(`a rate limit${waits} of a clock a minute ahead applies`, async () => {
    const limits = createRateLimitService({ storage, clock, key: Buffer.alloc(32), enforced: true })
    const limit = { name: `tries of others${waits}`, points: 1, duration: hour, ...growth }
    now = today + 60
    await limits.book([{ limit, who: 'ann' }])
    now = today
    await assert.rejects(limits.book([{ limit, who: 'ann' }]), { code: 'too-many-requests' })
  })
}

test('a last_seen stored by a clock that was ahead is replaced by the present time', async () => {
  const id = await newAccount(storage)
  const lastSeen = createLastSeen(storage, clock)
  const account = async () => {
    const found = await findAccount(storage.db, id)
    assert.ok(found)
    return found
  }
  now = today + year
  lastSeen.note(id)
  await lastSeen.flush()
  lastSeen.note(id)
  now = today
  assert.equal(lastSeen.applied(await account()).lastSeenAt, today, 'collected ahead, not yet written')
  await lastSeen.flush()
  assert.equal((await account()).lastSeenAt, today)
  now = today - 30
  lastSeen.note(id)
  assert.equal(lastSeen.applied(await account()).lastSeenAt, today, 'a differing clock moves nothing back')
  await lastSeen.flush()
  assert.equal((await account()).lastSeenAt, today)
})

const jump = fc.oneof(
  fc.integer({ min: 1, max: 20 * hour }),
  fc.constantFrom(-1, -60, -61, -hour, -20 * hour, -year, year),
)
const moment = fc.option(fc.oneof(fc.integer({ min: -40 * hour, max: 120 }), fc.constantFrom(-year, year)), {
  nil: undefined,
})
const step = fc.oneof(
  fc.record({ kind: fc.constant('start' as const), moment }),
  fc.record({ kind: fc.constant('end' as const), moment, record: fc.nat() }),
  fc.record({ kind: fc.constant('jump' as const), seconds: jump }),
  fc.record({ kind: fc.constant('sweep' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

test('whatever the clock does, no record ends before its start, runs too long or is ahead of its write, and at most one runs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 40 }), async (steps) => {
      now = today
      const account = await newAccount(storage)
      const records: Study[] = []
      for (const each of steps) {
        const stored = new Map((await storedOf(account)).map((study) => [study.id, study]))
        await take(each, account, records)
        for (const study of await storedOf(account)) assertSound(study, stored.get(study.id))
      }
    }),
    { numRuns: 60 },
  )
})

type Account = Awaited<ReturnType<typeof newAccount>>

async function take(each: Step, account: Account, records: Study[]): Promise<void> {
  if (each.kind === 'jump') now += each.seconds
  else if (each.kind === 'sweep') await studies.endOverdue()
  else await write(each, account, records).catch((error: unknown) => assert.ok(error instanceof DomainError))
}

async function write(
  each: Extract<Step, { kind: 'start' | 'end' }>,
  account: Account,
  records: Study[],
): Promise<void> {
  const at = each.moment === undefined ? undefined : now + each.moment
  if (each.kind === 'start') records.push(await studies.startStudy(account, at))
  else if (records.length > 0) await studies.endStudy(account, idIn(records, each.record), at)
}

function idIn(records: Study[], pick: number): StudyId {
  return (records[pick % records.length] as Study).id
}

/** As stored: the service's reads would end it. */
async function storedOf(account: Account): Promise<Study[]> {
  const rows = await storage.db.selectFrom('studies').selectAll().where('account_id', '=', account).execute()
  assert.ok(rows.filter((row) => row.ended_at === null).length <= 1, 'one runs at most')
  return rows.map((row) => toStudy(row))
}

function assertSound(study: Study, before: Study | undefined): void {
  const { startedAt, end } = study
  if (before === undefined) assert.ok(startedAt <= now + 60, 'no new record starts ahead')
  if (end === undefined) return
  assert.ok(end.at >= startedAt, 'no record ends before its start')
  assert.ok(end.at <= startedAt + 16 * hour, 'no record is longer than the limit')
  const isNew = before?.end?.at !== end.at
  if (isNew) assert.ok(end.at <= Math.max(now + 60, startedAt), 'no end is new and ahead, but a start that is')
}
