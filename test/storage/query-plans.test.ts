import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import { createAccountAdministration } from '../../src/authentication/administration.service.ts'
import { createSessionService } from '../../src/authentication/sessions/session.service.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createIdempotencyService } from '../../src/idempotency/idempotency.service.ts'
import { createBoardUpdates } from '../../src/leaderboards/board-update.service.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { createCampusCalendar } from '../../src/shared/campus-calendar.ts'
import { DomainError } from '../../src/shared/errors.ts'
import { studentNumberForm } from '../../src/shared/student-number-form.ts'
import { createBatchService } from '../../src/studies/batch/batch.service.ts'
import { createChangeService } from '../../src/studies/changes/change.service.ts'
import { createStudyService } from '../../src/studies/study.service.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { basic, bearer, type Credentials, send } from '../contract/client.ts'
import { signIn } from '../http/signed-in.ts'
import { openStream } from '../support/event-stream.ts'
import { type Service, startService } from '../support/service.ts'
import { newAccount, openTestDatabase } from '../support/test-storage.ts'
import { scansOf } from './query-plan.ts'
import { recordSql } from './recorded-sql.ts'

const data = /^\s*(?:with|select|insert|update|delete)\b/i

test('no query of the service scans a table that grows', async () => {
  const database = await openTestDatabase()
  const recorded = recordSql()
  try {
    await useEveryRoute()
    const storage = database.open()
    await runBackgroundJobs(storage)
    recorded.stop()
    // Migrations read the catalogue and the table of steps, which hold a handful of rows.
    const queries = [...recorded.statements].filter((sql) => data.test(sql) && !/kysely_|pg_catalog|sqlite_/.test(sql))
    assert.ok(queries.length > 40, `${queries.length} queries were seen`)
    const faults: string[] = []
    for (const sql of queries) for (const scan of await scansOf(storage, sql)) faults.push(`${scan}: ${sql}`)
    assert.deepEqual(faults, [])
  } finally {
    recorded.stop()
    await database.close()
  }
})

test('detects a scan', async () => {
  const database = await openTestDatabase()
  try {
    const storage = database.open()
    for (const sql of [
      'select * from studies where ended_at = 5',
      'select count(*) from accounts',
      'select sum(count) from study_tallies',
      'select * from studies order by ended_at limit 5',
    ]) {
      assert.equal((await scansOf(storage, sql)).length > 0, true, sql)
    }
    assert.deepEqual(await scansOf(storage, 'select * from studies order by started_at, id limit 5'), [])
  } finally {
    await database.close()
  }
})

async function useEveryRoute(): Promise<void> {
  const service = await startService({ THROTTLE: 'on' })
  try {
    const call = (method: string, path: string, options = {}) =>
      send(method, `${service.address}/api/v1.0${path}`, options)
    const student = { stu_id: '2017999001', stu_pwd: 'canary' }
    service.school.addStudent({ studentNumber: student.stu_id, schoolPassword: student.stu_pwd })
    const ann = { username: 'ann', password: 'a quiet reading room' }
    assert.equal((await call('POST', '/register', { json: { ...ann, ...student } })).status, 201)
    assert.equal((await call('POST', '/recover', { json: { ...student, password: ann.password } })).status, 200)
    assert.equal((await call('GET', '/token', { as: basic(ann.username, 'not the password') })).status, 401)
    assert.equal((await call('GET', '/token', { as: basic(student.stu_id, ann.password) })).status, 200)
    const { token } = (await call('GET', '/token', { as: basic(ann.username, ann.password) })).body as { token: string }
    const as = bearer(token)
    for (let time = 0; time < 3; time++) assert.equal((await call('POST', '/studys/', { as })).status, 201)
    assert.equal((await call('PUT', '/studys/3', { as })).status, 200)
    for (const path of ['/users/1', '/users/me', '/studys/1'])
      assert.equal((await call('GET', path, { as })).status, 200)
    for (const list of ['/studys', '/users/1/studys/', '/users/me/studys']) await readLists(list, as, call)
    for (const json of [{}, {}, { note: 'another request' }])
      await call('POST', '/studys/', { as, json, headers: { 'idempotency-key': 'plans' } })
    await readChanges(as, call)
    await useSessions(service.address, ann, call)
    await readBoards(service.place.databaseUrl, as, call)
    await followLive(service, as, call)
    await useOwnRoutes(ann.password, as, call)
  } finally {
    await service.close()
  }
}

/** A stream with a start by another student, and pages of two, forwards and backwards, in both orders. */
async function followLive(service: Service, as: Credentials, call: Send): Promise<void> {
  const student = { stu_id: '2017999002', stu_pwd: 'canary' }
  service.school.addStudent({ studentNumber: student.stu_id, schoolPassword: student.stu_pwd })
  const bob = { username: 'bob', password: 'another quiet room' }
  assert.equal((await call('POST', '/register', { json: { ...bob, ...student } })).status, 201)
  const stream = await openStream(service.address, { as })
  for (const known of [as, basic(bob.username, bob.password)]) await call('POST', '/studys/', { as: known })
  await stream.next('start', ({ username }) => username === 'bob')
  stream.close()
  const linked = async (path: string, link: 'next' | 'prev') => {
    const { body, text } = await call('GET', path, { as })
    const url = (body as Record<string, string | null>)[link]
    assert.ok(url, `${link} of ${text}`)
    return url.slice(url.indexOf('/live'))
  }
  assert.equal((await call('GET', '/live', { as })).status, 200)
  for (const order of ['asc', 'desc'])
    await call('GET', await linked(await linked(`/live/students?per_page=1&order=${order}`, 'next'), 'prev'), { as })
}

type Send = (method: string, path: string, options: object) => ReturnType<typeof send>

async function useSessions(address: string, who: { username: string; password: string }, call: Send): Promise<void> {
  const as = await signIn(address, who)
  const again = await signIn(address, who, as)
  assert.equal((await call('GET', '/session', { as: again })).status, 200)
  assert.equal((await call('GET', '/users/me/sessions', { as: again })).status, 200)
  assert.equal((await call('DELETE', '/users/me/sessions', { as: again })).status, 204)
  assert.equal((await call('DELETE', '/users/me/sessions/1', { as: again })).status, 404)
  assert.equal((await call('DELETE', '/session', { as: again })).status, 204)
}

async function useOwnRoutes(password: string, as: Credentials, call: Send): Promise<void> {
  const calls: [method: string, path: string, status: number, json?: object][] = [
    [
      'PATCH',
      '/studys/1',
      200,
      { subject: 'plans', note: 'none', end_time: '2017-03-25 11:55:47', start_time: '2017-03-25 11:00:00' },
    ],
    ['POST', '/studys/', 201, { subject: 'plans', note: 'none' }],
    ['GET', '/studys/running', 200],
    ['POST', '/studys/running/heartbeat', 204],
    ['PUT', '/studys/running', 200],
    ['POST', '/studys/batch', 200, { items: batchItems }],
    ['GET', '/users/me/changes?per_page=1', 200],
    ['DELETE', '/studys/2', 204],
    ['GET', '/users/1/statistics', 200],
    ['GET', '/users/1/statistics?from=2017-03-25&to=2017-03-25', 200],
    ['GET', '/users/me/ledger?day=2017-03-25', 200],
    ['PATCH', '/studys/1', 200, { start_time: '2017-03-25 11:55:47' }],
    ['PUT', '/users/me/settings', 200, { visibility: 'only_me', daily_goal_minutes: 5 }],
    ['PUT', '/users/me/settings', 200, { visibility: 'everyone' }],
    ['GET', '/users/me/settings', 200],
    ['GET', '/users/me/export', 200],
    ['PUT', '/users/me', 200, { password, username: 'anna' }],
    ['DELETE', '/users/me', 204, { password }],
  ]
  for (const [method, path, status, json] of calls)
    assert.equal((await call(method, path, { as, json })).status, status, `${method} ${path}`)
}

const batchItems = [
  { key: '1', action: 'record', start_time: '2017-03-25 11:00:00', end_time: '2017-03-25 11:55:47' },
  { key: '2', action: 'end', record_key: '1', end_time: '2017-03-25 11:50:00' },
]

/** A second device: the walk over all records, and the changes since. */
async function readChanges(as: Credentials, call: Send): Promise<void> {
  for (let since = '', page = { cursor: '', more: true }; page.more; since = page.cursor) {
    page = (await call('GET', `/users/me/changes?per_page=1&since=${since}`, { as })).body as typeof page
    if (!page.more) await call('GET', `/users/me/changes?since=${page.cursor}`, { as })
  }
}

async function readLists(list: string, as: Credentials, call: Send) {
  const time = encodeURIComponent('2017-03-25 11:55:47')
  const ranges =
    list === '/studys' ? [''] : ['', `&from=${time}`, `&to=2100-01-01+00:00:00`, `&from=${time}&to=2100-01-01+00:00:00`]
  for (const range of ranges)
    for (const running of ['', '&running=true', '&running=false'])
      for (const order of ['asc', 'desc']) {
        const query = `per_page=1&order=${order}${running}${range}`
        const first = (await call('GET', `${list}?${query}`, { as })).body as { next: string | null }
        await call('GET', `${list}?${query}&page=2`, { as })
        if (first.next === null) continue
        const second = (await send('GET', first.next, { as })).body as { prev: string | null }
        if (second.prev) await send('GET', second.prev, { as })
      }
}

/** The boards of three students, of whom the last one asks, forwards and backwards. */
async function readBoards(url: string, as: Credentials, call: Send): Promise<void> {
  const storage = openDatabase(readConfig({ DATABASE_URL: url }).database)
  const calendar = createCampusCalendar('Asia/Shanghai')
  const today = calendar.dayOf(Math.floor(Date.now() / 1000))
  const { apply } = createBoardUpdates({ terms: [], dayHours: 16, findSeenDays: () => [] })
  const others = [1 as AccountId, await newAccount(storage), await newAccount(storage)]
  const change = (id: AccountId, before: number, after: number) =>
    storage.write(async (tx) => apply(tx, id, [{ day: today, before, after }]))
  for (const id of others) await change(id, 0, 100)
  for (const id of others) await change(id, 100, 0)
  for (const id of others) await change(id, 0, 50)
  await storage.close()
  const first = (await call('GET', '/leaderboards/week?per_page=1', { as })).body as { next: string }
  const second = (await send('GET', first.next, { as })).body as { prev: string }
  assert.equal((await send('GET', second.prev, { as })).status, 200)
}

/** Queries that no HTTP request causes. */
async function runBackgroundJobs(storage: Parameters<typeof removeAccount>[0]): Promise<void> {
  const id = await newAccount(storage)
  const clock = { now: () => Math.floor(Date.now() / 1000) }
  const studies = createStudyService({ storage, clock, maxHours: 16, idleMinutes: 30 })
  await studies.startStudy(id, clock.now() - 60)
  await studies.endOverdue()
  const old = { mark: 'old', fingerprint: '', account_id: id, status: 200, location: null, body: null, created_at: 1 }
  await storage.write((tx) => tx.insertInto('idempotency_keys').values(old).execute())
  await createIdempotencyService({ storage, clock, keys: { idempotency: Buffer.alloc(32) } }).deleteExpired()
  const later = { now: () => clock.now() + 100 * 86_400 }
  const item = { key: 'old', content: 'hash', step: new DomainError('bad-batch') }
  await createBatchService({ storage, studies, clock }).applyBatch(id, [item])
  await createBatchService({ storage, studies, clock: later }).deleteOld()
  await createChangeService({ storage, studies, clock: later }).deleteOld()
  const accounts = createAccountAdministration({
    storage,
    studentNumbers: studentNumberForm(),
    studentNumberKey: Buffer.alloc(32),
  })
  for await (const _ of accounts.listAccounts(0, 10));
  await accounts.findNamed('201701001')
  let now = clock.now()
  const sessions = createSessionService({ storage, clock: { now: () => now } })
  const value = await sessions.begin(
    { accountId: id, version: 1, by: 'password' },
    { device: undefined, before: undefined },
  )
  now += 7200
  await sessions.find(value)
  await sessions.flushVisits()
  await sessions.deleteExpired()
  await accounts.revokeAllTokens()
  await removeAccount(storage, id, removeStudiesOf)
}
