import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import { endTokens, replacePassword } from '../../src/authentication/credentials.repository.ts'
import { createSessionService } from '../../src/authentication/sessions/session.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'

const [day, hour] = [86_400, 3600]
const start = 1_800_000_000

let database: TestDatabase
let storage: Storage
before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})
after(() => database.close())

/** A person whose browser signs in at `start`, and a clock that the test sets. */
async function open(on = storage) {
  let now = start
  const sessions = createSessionService({ storage: on, clock: { now: () => now } })
  const accountId = await newAccount(on)
  const identity = { accountId, version: 1, by: 'password' } as const
  const begin = (before?: string) => sessions.begin(identity, { device: undefined, before })
  const isIn = async (value: string) => (await sessions.find(value)) !== undefined
  /** A request at that time, and the background job after it. */
  const visit = async (value: string, at: number) => {
    now = at
    const found = await isIn(value)
    await sessions.flushVisits()
    return found
  }
  return { sessions, identity, begin, isIn, visit, setTime: (at: number) => (now = at) }
}

const rowsOf = (accountId: AccountId) =>
  storage.db.selectFrom('sessions').selectAll().where('account_id', '=', accountId).orderBy('id').execute()

test('a session unused for 30 days ends', async () => {
  const { begin, visit, isIn } = await open()
  const value = await begin()
  assert.ok(await visit(value, start + 30 * day - 1))
  assert.ok(await visit(value, start + 59 * day), 'it was used in between')
  assert.equal(await visit(value, start + 89 * day), false)
  assert.equal(await isIn(value), false)
})

test('a session used every day ends after 180 days', async () => {
  const { begin, visit } = await open()
  const value = await begin()
  for (let days = 1; days < 180; days++) assert.ok(await visit(value, start + days * day), `day ${days}`)
  assert.ok(await visit(value, start + 180 * day - 1))
  assert.equal(await visit(value, start + 180 * day), false)
})

test('the last use is stored once an hour', async () => {
  const { begin, visit, identity } = await open()
  const value = await begin()
  for (const [at, stored] of [
    [start + hour - 1, start],
    [start + hour, start + hour],
    [start + 2 * hour - 1, start + hour],
    [start + 5 * hour, start + 5 * hour],
  ] as const) {
    await visit(value, at)
    const [row] = await rowsOf(identity.accountId)
    assert.deepEqual([row?.last_seen_at, row?.expires_at], [stored, stored + 30 * day])
  }
})

test('a clock that was ahead and is set back does not extend a session', async () => {
  const { begin, visit, isIn, setTime, identity } = await open()
  const value = await begin()
  assert.ok(await visit(value, start + 20 * day))
  assert.ok(await visit(value, start + day), 'it was ahead by 19 days')
  const [row] = await rowsOf(identity.accountId)
  assert.deepEqual([row?.last_seen_at, row?.expires_at], [start + day, start + 31 * day])
  setTime(start + 400 * day)
  const ofTomorrow = await begin()
  setTime(start)
  assert.equal(await isIn(ofTomorrow), false, 'as a token that was issued in the future')
})

test('only a hash is stored, and rows of different accounts are never mixed up', async () => {
  const [one, other] = [await open(), await open()]
  const value = await one.begin()
  const [row] = await rowsOf(one.identity.accountId)
  assert.notEqual(row?.value_hash, value)
  assert.match(row?.value_hash ?? '', /^[\w-]{43}$/)
  await assert.rejects(other.sessions.end(other.identity.accountId, row?.id as never), { code: 'not-found' })
  await other.sessions.endOthers(other.identity)
  assert.ok(await one.isIn(value))
})

test('each account keeps its fifty most recently used sessions', async () => {
  const { begin, isIn, setTime, visit, sessions, identity } = await open()
  const first = await begin()
  const second = await begin()
  await visit(first, start + 2 * hour)
  for (let at = 0; at < 49; at++) {
    setTime(start + 3 * hour + at)
    await begin()
  }
  assert.deepEqual([await isIn(first), await isIn(second)], [true, false])
  assert.equal((await sessions.list(identity)).length, 50)
})

test('a change of password during a sign-in leaves nobody signed in', async () => {
  const { begin, sessions, identity, isIn } = await open()
  const before = await begin()
  await storage.write((tx) => endTokens(tx, identity.accountId))
  assert.equal(await isIn(before), false)
  assert.deepEqual(await sessions.list({ ...identity, version: 2 }), [])
  await assert.rejects(begin(), { code: 'unauthorized' })
  assert.equal((await rowsOf(identity.accountId)).length, 0)
})

test('deletes expired rows in parts, and no others', async () => {
  const { begin, sessions, identity, setTime, isIn } = await open()
  const live = await begin()
  const rows = Array.from({ length: 1203 }, (_, at) => ({
    ...{ account_id: identity.accountId, value_hash: `hash ${at}`, credential_version: 1, device: null },
    ...{ created_at: start - 40 * day, last_seen_at: start - 40 * day, expires_at: start - 10 * day + at },
  }))
  for (let at = 0; at < rows.length; at += 401)
    await storage.write((tx) =>
      tx
        .insertInto('sessions')
        .values(rows.slice(at, at + 401))
        .execute(),
    )
  setTime(start)
  await sessions.deleteExpired()
  assert.equal((await rowsOf(identity.accountId)).length, 1)
  assert.ok(await isIn(live))
})

test('concurrent requests, sign-ins, sign-outs, password changes and deletions of old rows cause no deadlock', async () => {
  const handles = database.openMany(4)
  const { identity } = await open()
  const { accountId } = identity
  let version = 1
  for (let round = 0; round < 20; round++) {
    const now = start + round * 2 * hour
    const services = handles.map((on) => createSessionService({ storage: on, clock: { now: () => now } }))
    const [first] = services
    const me = { accountId, version, by: 'password' } as const
    const values = await Promise.all(services.map((one) => one.begin(me, { device: undefined, before: undefined })))
    const late = handles.map((on) => createSessionService({ storage: on, clock: { now: () => now + hour } }))
    for (const one of late) for (const value of values) assert.ok(await one.find(value))
    await Promise.all([
      ...late.map((one) => one.flushVisits()),
      ...services.map((one) => one.deleteExpired()),
      ...handles.map((on, at) =>
        at % 2 === 0 ? on.write((tx) => replacePassword(tx, accountId, 'none')) : first?.endOthers(me),
      ),
      first?.endByValue(values[0] ?? ''),
    ])
    version += handles.filter((_, at) => at % 2 === 0).length
    for (const one of services) for (const value of values) assert.equal(await one.find(value), undefined)
  }
})
