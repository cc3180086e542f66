import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { findAccount, updateLastSeen, updateStudentNumber } from '../../src/accounts/account.repository.ts'
import { findCredentials } from '../../src/authentication/credentials.repository.ts'
import { DomainError } from '../../src/shared/errors.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'

let database: TestDatabase
let handles: Storage[]

before(async () => {
  database = await openTestDatabase()
  handles = database.openMany(2)
})

after(() => database.close())

const races: readonly (readonly [what: string, wishes: (at: number) => object, code: string])[] = [
  ['user name', () => ({ username: 'wanted by many' }), 'user-name-taken'],
  ['student number', () => ({ number: 'of one student' }), 'student-number-taken'],
]

for (const [what, wishes, code] of races) {
  test(`of many concurrent registrations with one ${what}, one succeeds`, async () => {
    const tries = Array.from({ length: 30 }, (_, at) => newAccount(handles[at % 2] as Storage, wishes(at)))
    const outcomes = await Promise.allSettled(tries)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      assert.ok(outcome.reason instanceof DomainError, String(outcome.reason))
      assert.equal(outcome.reason.code, code)
    }
  })
}

test('a student number cannot be taken from another account', async () => {
  const [storage] = handles as [Storage]
  await newAccount(storage, { number: 'hers' })
  const his = await newAccount(storage, { number: 'his' })
  const taken = storage.write((tx) => updateStudentNumber(tx, his, 'hers'))
  await assert.rejects(taken, (error) => error instanceof DomainError && error.code === 'student-number-taken')
})

test('distinguishes the owner of a user name from the owner of that student number', async () => {
  const [storage] = handles as [Storage]
  const byNumber = await newAccount(storage, { number: 'hash of 123456789' })
  const byName = await newAccount(storage, { username: '123456789' })
  const found = await findCredentials(storage.db, '123456789', 'hash of 123456789')
  assert.deepEqual([found.byName?.accountId, found.byNumber?.accountId], [byName, byNumber])
  const itsOwn = await newAccount(storage, { username: '123456780', number: 'hash of 123456780' })
  const once = await findCredentials(storage.db, '123456780', 'hash of 123456780')
  assert.deepEqual([once.byName?.accountId, once.byNumber], [itsOwn, undefined])
  assert.deepEqual(await findCredentials(storage.db, '123456789\u0000'), {})
})

test('last_seen never moves back, whichever process writes last', async () => {
  const [one, other] = handles as [Storage, Storage]
  const id = await newAccount(one)
  const seen = async () => (await findAccount(other.db, id))?.lastSeenAt
  const now = 1_700_000_300
  for (const at of [1_700_000_100, 1_700_000_050]) await one.write((tx) => updateLastSeen(tx, [[id, at]], now))
  assert.equal(await seen(), 1_700_000_100)
  await other.write((tx) => updateLastSeen(tx, [[id, 1_700_000_200]], now))
  assert.equal(await seen(), 1_700_000_200)
})
