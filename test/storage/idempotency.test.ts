import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import { createIdempotencyService } from '../../src/idempotency/idempotency.service.ts'
import type { StoredAnswer } from '../../src/idempotency/idempotency.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { createOwnStudyService } from '../../src/studies/own/own-study.service.ts'
import { createStudyService } from '../../src/studies/study.service.ts'
import type { StudyId } from '../../src/studies/study.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'

const noon = 1_750_000_000
const day = 24 * 3600
const secret = Buffer.from('a key for tests')

let database: TestDatabase
let storage: Storage
let instances: Instance[]
let now: number
let account: AccountId

type Instance = ReturnType<typeof instanceOn>

before(async () => {
  database = await openTestDatabase()
  const handles = database.openMany(3)
  storage = handles[0] as Storage
  instances = handles.map((handle) => instanceOn(handle))
})

after(() => database.close())

beforeEach(async () => {
  now = noon
  account = await newAccount(storage)
})

/** The keys of another process, which alone knows its requests in progress. */
function instanceOn(
  handle: Storage,
  keys: { idempotency: Buffer; previous?: { idempotency: Buffer } } = { idempotency: secret },
) {
  const clock = { now: () => now }
  const studies = createStudyService({ storage: handle, clock, maxHours: 16, idleMinutes: 30 })
  const own = createOwnStudyService({ storage: handle, studies })
  const idempotency = createIdempotencyService({ storage: handle, clock, keys })

  function request(key: string, path: string) {
    return { key, scope: `account ${account}`, method: 'POST', path, body: {} }
  }

  /** Starts a record under this key. Returns its id. */
  async function start(key: string): Promise<string | undefined> {
    const outcome = await idempotency.once(request(key, '/studys'), {
      use: (write) => studies.startStudy(account, undefined, {}, write),
      present: ({ id }) => String(id),
      toStored,
      asksSchool: false,
    })
    return 'stored' in outcome ? outcome.stored.text : outcome.answer
  }

  async function remove(key: string, id: StudyId): Promise<string | undefined> {
    const outcome = await idempotency.once(request(key, `/studys/${id}`), {
      use: (write) => own.removeStudy(account, id, write),
      present: () => 'removed',
      toStored,
      asksSchool: false,
    })
    return 'stored' in outcome ? outcome.stored.text : outcome.answer
  }

  /** Such as a registration: `school` is what happens before the write. */
  async function ask(key: string, school: () => Promise<void>): Promise<string | undefined> {
    const outcome = await idempotency.once(request(key, '/register'), {
      use: async (write) => {
        await school()
        return write(async () => 'registered')
      },
      present: (text) => text,
      toStored,
      asksSchool: true,
    })
    return 'stored' in outcome ? outcome.stored.text : outcome.answer
  }

  return { studies, idempotency, start, remove, ask }
}

function toStored(text: string): StoredAnswer {
  return { status: 200, location: undefined, text, accountId: account }
}

const [one, two] = [() => instances[0] as Instance, () => instances[1] as Instance]

async function records(): Promise<number> {
  return (await storage.db.selectFrom('studies').select('id').where('account_id', '=', account).execute()).length
}

async function keys(): Promise<number> {
  return (await storage.db.selectFrom('idempotency_keys').select('mark').where('account_id', '=', account).execute())
    .length
}

test('a key is stored for 24 hours, then it is free', async () => {
  const first = await one().start('k')
  now = noon + day - 1
  assert.equal(await two().start('k'), first)
  now = noon + day
  assert.notEqual(await two().start('k'), first)
  assert.deepEqual([await records(), await keys()], [2, 1])
})

test('deletes keys that are too old or from a clock that was far ahead, however many there are', async () => {
  const rows = Array.from({ length: 1100 }, (_, at) => ({
    ...{ mark: `old ${account} ${at}`, fingerprint: '', account_id: account, status: 200, location: null, body: null },
    created_at: at % 2 === 0 ? noon - day : noon + day + 1,
  }))
  for (let at = 0; at < rows.length; at += 100)
    await storage.write((tx) =>
      tx
        .insertInto('idempotency_keys')
        .values(rows.slice(at, at + 100))
        .execute(),
    )
  const id = await one().start('young')
  await one().idempotency.deleteExpired()
  assert.equal(await keys(), 1)
  assert.equal(await two().start('young'), id)
})

test('fifty identical requests on three instances create one record; all responses are equal', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 50 }, (_, at) => (instances[at % instances.length] as Instance).start('k')),
  )
  const answers = all.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const refusals = all.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
  assert.ok(answers.length >= 1)
  assert.equal(new Set(answers).size, 1)
  assert.ok(
    refusals.every((code) => code === 'request-in-flight'),
    refusals.join(),
  )
  assert.equal(await records(), 1)
  await assertCountsMatch(storage)
})

test('many concurrent keys, each on every instance, create one record each', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, (_, key) => instances.map((each) => each.start(`k ${key}`))).flat(),
  )
  for (const outcome of all)
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'request-in-flight', outcome.reason)
  assert.deepEqual([await records(), await keys()], [20, 20])
  await assertCountsMatch(storage)
})

test('a concurrent removal by another instance is reported as removed by both', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = Number(await one().start(`start ${round}`)) as StudyId
    const both = await Promise.all([one(), two()].map((each) => each.remove(`remove ${round}`, id)))
    assert.deepEqual(both, ['removed', 'removed'])
  }
  assert.equal(await records(), 0)
})

test('of two instances that get one key with two requests, one runs its request', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = Number(await one().start(`start ${round}`)) as StudyId
    const before = await records()
    const outcomes = await Promise.allSettled([one().remove(`k ${round}`, id), two().start(`k ${round}`)])
    const refusals = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
    assert.deepEqual(refusals, ['idempotency-key-reused'])
    assert.equal(Math.abs((await records()) - before), 1)
  }
})

test('a failed write stores no response, and a failed response keeps no write', async () => {
  const { idempotency, studies } = one()
  const use = (write: Storage['write']) => studies.startStudy(account, undefined, {}, write)
  const request = { key: 'k', scope: `account ${account}`, method: 'POST', path: '/studys', body: {} }
  const present = () => {
    throw new Error('no answer')
  }
  await assert.rejects(idempotency.once(request, { use, present, toStored, asksSchool: false }), /no answer/)
  assert.deepEqual([await records(), await keys()], [0, 0])
  await assert.rejects(one().remove('k', 1_000_000_000 as StudyId))
  assert.equal(await keys(), 0)
  await one().start('k')
  assert.deepEqual([await records(), await keys()], [1, 1])
})

test('while one instance waits for the school, the others refuse the key; if the login fails the key is free', async () => {
  const { promise: school, resolve: answer } = Promise.withResolvers<void>()
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>()
  const first = one().ask('k', () => {
    noteAsked()
    return school
  })
  await asked
  await assert.rejects(
    two().ask('k', async () => undefined),
    { code: 'request-in-flight' },
  )
  answer()
  assert.equal(await first, 'registered')
  assert.equal(await two().ask('k', () => Promise.reject(new Error('asked again'))), 'registered')

  await assert.rejects(
    one().ask('other', () => Promise.reject(new Error('refused'))),
    /refused/,
  )
  assert.equal(await two().ask('other', async () => undefined), 'registered')
})

test('a key whose process died while it waited for the school is free after half a minute', async () => {
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>()
  void one().ask('k', () => {
    noteAsked()
    return new Promise(() => undefined)
  })
  await asked
  now = noon + 29
  const again = two().ask('k', async () => undefined)
  await assert.rejects(again, { code: 'request-in-flight' })
  now = noon + 30
  assert.equal(await two().ask('k', async () => undefined), 'registered')
})

test('a response survives a change of the secret', async () => {
  const first = await one().start('k')
  const later = instanceOn(storage, { idempotency: Buffer.from('another key'), previous: { idempotency: secret } })
  assert.equal(await later.start('k'), first)
  assert.equal(await records(), 1)
})

test('removing an account deletes its keys, however it is removed', async () => {
  await one().start('k')
  await removeAccount(storage, account, removeStudiesOf)
  assert.equal(await keys(), 0)
})
