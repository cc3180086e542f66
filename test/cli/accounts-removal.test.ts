import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { insertAccount } from '../../src/accounts/account.repository.ts'
import type { AccountId } from '../../src/accounts/account.ts'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import { dummyHash } from '../../src/authentication/passwords/password-hash.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { openService } from '../../src/server/open-storage.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { DomainError } from '../../src/shared/errors.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { countAll, countRunning } from '../../src/studies/list/study-counter.repository.ts'
import { createStudyService } from '../../src/studies/study.service.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { emptyDatabase } from '../support/empty-database.ts'

let storage: Storage
let close: () => Promise<void>

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-removal-'))
  const database = await emptyDatabase(folder)
  storage = (
    await openService(readConfig({ DATABASE_URL: database.url, SECRET: 'a secret for tests that is long enough' }))
  ).storage
  close = async () => {
    await storage.close()
    await database.close()
    await rm(folder, { recursive: true })
  }
})
after(() => close())

async function addAccount(name: string): Promise<AccountId> {
  const account = {
    username: name,
    usernameKey: name,
    studentNumberHash: name,
    passwordHash: dummyHash(),
    createdAt: 1,
  }
  return (await storage.write((tx) => insertAccount(tx, account))).id
}

async function counted(): Promise<{ all: number; running: number }> {
  const rows = await storage.db.selectFrom('studies').select('ended_at').execute()
  return { all: rows.length, running: rows.filter((row) => row.ended_at === null).length }
}

test('a start during the removal of its account is removed too or refused, and the counts stay correct', async () => {
  const studies = createStudyService({ storage, clock: systemClock, maxHours: 16, idleMinutes: 30 })
  const [leaving, staying] = [await addAccount('leaving'), await addAccount('staying')]
  const day = 86_400
  const start = (who: AccountId, at: number) => studies.startStudy(who, systemClock.now() - at * day)
  // Starts more records than fit into one chunk of the removal.
  for (let at = 0; at < 1500; at += 25) {
    await Promise.all(Array.from({ length: 25 }, (_, more) => start(leaving, 1 + (at + more) / 4)))
  }
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 10 }, (_, at) => start(at % 2 ? leaving : staying, at / 100)),
    removeAccount(storage, leaving, removeStudiesOf),
    ...Array.from({ length: 10 }, (_, at) => start(at % 2 ? leaving : staying, at / 100)),
  ])
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected')
      assert.ok(outcome.reason instanceof DomainError && outcome.reason.code === 'unauthorized')
  }
  assert.equal(outcomes.at(-2)?.status, 'fulfilled')
  const { all, running } = await counted()
  assert.deepEqual([all, running], [10, 1])
  assert.deepEqual([await countAll(storage.db), await countRunning(storage.db)], [all, running])
})

test('an account that does not exist cannot be removed', async () => {
  await assert.rejects(removeAccount(storage, 999_999 as AccountId, removeStudiesOf), new DomainError('not-found'))
})
