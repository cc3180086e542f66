import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readConfig } from '../../src/config/read-config.ts'
import { invalidateBoardPages } from '../../src/leaderboards/board-version.repository.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { assertError, assertUnauthorized } from '../contract/assert-error.ts'
import { bearer, type Credentials, nobody, send } from '../contract/client.ts'
import { startService } from '../support/service.ts'
import { Campus } from './campus.ts'

interface Board {
  period: string
  from: string
  to: string
  count: number
  next: string | null
  prev: string | null
  rows: { rank: number; user: string | null; username: string | null; seconds: number }[]
  me: { rank: number | null; seconds: number }
}
interface Student {
  name: string
  url: string
  as: Credentials
}

const campus = new Campus()
let storage: Storage
before(async () => {
  // One term that includes today, and none after it.
  campus.open(await startService({ TERMS: '长学期:2020-01-01:2098-12-31' }))
  storage = openDatabase(readConfig({ DATABASE_URL: campus.service.place.databaseUrl }).database)
})
after(async () => {
  await storage.close()
  await campus.close()
})

async function join(): Promise<Student> {
  const { username, token } = await campus.register()
  const as = bearer(token)
  return { name: username, url: ((await campus.send('GET', '/users/me', { as })).body as { url: string }).url, as }
}

/** Starts and ends live, as if the start had been this long ago. */
async function study({ as }: Student, seconds: number): Promise<number> {
  const { id } = (await campus.post('/studys/', {}, { as })).body as { id: number }
  const { started_at } = await storage.db
    .selectFrom('studies')
    .select('started_at')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const begun = started_at - seconds
  await storage.write((tx) =>
    tx.updateTable('studies').set({ started_at: begun, seen_from: begun }).where('id', '=', id).execute(),
  )
  assert.equal((await campus.send('PUT', `/studys/${id}`, { as })).status, 200)
  // Pages may be cached for some seconds: later reads of this test use new ones.
  await storage.write(async (tx) => invalidateBoardPages(tx))
  return id
}

async function board(as: Credentials, path = '/leaderboards/term'): Promise<Board> {
  const reply = path.startsWith('/') ? await campus.send('GET', path, { as }) : await send('GET', path, { as })
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual(Object.keys(reply.body as Board), [
    ...['period', 'from', 'to', 'count', 'next', 'prev', 'rows', 'me'],
  ])
  return reply.body as Board
}

const show = ({ as }: Student, visibility: string) =>
  campus.send('PUT', '/users/me/settings', { as, json: { visibility } })

/** Everyone on the board, by following its pages. */
async function all(as: Credentials, perPage = 100): Promise<Board['rows']> {
  const rows: Board['rows'] = []
  for (let path: string | null = `/leaderboards/term?per_page=${perPage}`; path !== null; ) {
    const page: Board = await board(as, path)
    rows.push(...page.rows)
    path = page.next
  }
  return rows
}

test('requires credentials', async () => {
  for (const period of ['day', 'week', 'month', 'term', 'year'])
    assertUnauthorized(await campus.send('GET', `/leaderboards/${period}`, { as: nobody }), 'Basic')
})

test('a bad request gets an error that names the parameter', async () => {
  const { as } = await join()
  const get = (path: string) => campus.send('GET', `/leaderboards/${path}`, { as })
  for (const date of ['2026-02-30', '2026-1-1', 'today', '', '1999-12-31', '2026-11-26%2012:00:00', '0000-00-00'])
    assertError(await get(`day?date=${date}`), 400, /date/)
  assertError(await get('day?date=2026-01-01&date=2026-01-02'), 400, /date/)
  assertError(await get('week?date=9999-12-31'), 400, /date/)
  for (const perPage of ['0', '101', 'x', '1.5']) assertError(await get(`day?per_page=${perPage}`), 400, /per_page/)
  for (const cursor of ['x', 'x'.repeat(22), 'YTEwMCwy']) assertError(await get(`day?cursor=${cursor}`), 400, /cursor/)
  assertError(await get(`day?cursor=${'x'.repeat(65)}`), 400, /cursor/)
  for (const period of ['year', 'Day', '1', 'toString']) assertError(await get(period), 404)
  assertError(await get('term?date=2099-01-01'), 404, /学期/)
  assertError(await get('term?date=2019-12-31'), 404, /学期/)
})

test('a board covers its period, for any day in it', async () => {
  const { as } = await join()
  for (const [period, date, from, to] of [
    ['day', '2024-02-29', '2024-02-29', '2024-02-29'],
    ['week', '2027-01-01', '2026-12-28', '2027-01-03'],
    ['month', '2024-02-10', '2024-02-01', '2024-02-29'],
    ['term', '2050-06-01', '2020-01-01', '2098-12-31'],
  ] as const) {
    const got = await board(as, `/leaderboards/${period}?date=${date}`)
    assert.deepEqual([got.period, got.from, got.to], [period, from, to])
    if (period !== 'term') assert.deepEqual([got.count, got.rows, got.next, got.prev], [0, [], null, null])
    if (period !== 'term') assert.deepEqual(got.me, { rank: null, seconds: 0 })
  }
  assert.deepEqual((await campus.send('GET', '/leaderboards/month/?date=2024-02-10', { as })).status, 200)
})

test("seen time counts on every board of the day at once, and every page has the caller's rank", async () => {
  const [ann, bob, eve] = [await join(), await join(), await join()]
  await study(ann, 3000)
  await study(bob, 4000)
  for (const student of [ann, bob, eve])
    for (const page of [await board(student.as), await board(student.as, '/leaderboards/term?per_page=1')]) {
      const { rank, seconds } = page.me
      if (student === eve) assert.deepEqual([rank, seconds], [null, 0])
      else assert.ok(rank !== null && rank <= page.count && seconds >= 3000 && seconds < 4100)
    }
  const rows = await all(eve.as)
  const rankOf = ({ name }: Student) => rows.find(({ username }) => username === name)?.rank ?? 0
  assert.ok(rankOf(bob) < rankOf(ann))
  assert.deepEqual((await board(ann.as)).me.rank, rankOf(ann))
  const { user } = rows.find(({ username }) => username === ann.name) ?? {}
  assert.equal(user, ann.url)
  const today = await board(bob.as, '/leaderboards/week')
  assert.ok(today.me.seconds > 0 && today.count > 0)
})

test('the links of pages lead forwards and backwards on the same board', async () => {
  const students = await Promise.all(Array.from({ length: 5 }, () => join()))
  for (const [at, student] of students.entries()) await study(student, 100 + at)
  const { as } = students[0] as Student
  const whole = await all(as)
  assert.deepEqual(await all(as, 2), whole)
  const first = await board(as, '/leaderboards/term?per_page=2')
  assert.match(first.next ?? '', /\/leaderboards\/term\?date=2020-01-01&per_page=2&cursor=/)
  const second = await board(as, first.next ?? '')
  const back = await board(as, second.prev ?? '')
  assert.deepEqual([back.rows, back.prev, back.next], [first.rows, null, first.next])
  assert.deepEqual(second.me, first.me)
})

test('time added by an edit does not count, and removed time no longer counts', async () => {
  const ann = await join()
  const id = await study(ann, 600)
  const { seconds } = (await board(ann.as)).me
  const change = { start_time: '2026-01-01 00:00:00', end_time: '2026-01-01 10:00:00' }
  await campus.send('PATCH', `/studys/${id}`, { as: ann.as, json: change })
  const longer = await study(ann, 60)
  await campus.send('PATCH', `/studys/${longer}`, { as: ann.as, json: { start_time: '2026-01-02 00:00:00' } })
  assert.ok((await board(ann.as)).me.seconds <= seconds + 60)
  for (const each of [id, longer]) await campus.send('DELETE', `/studys/${each}`, { as: ann.as })
  assert.deepEqual((await board(ann.as)).me, { rank: null, seconds: 0 })
})

test('a student ranked anonymously is on the board at once, without name and number anywhere', async () => {
  const [ann, bob] = [await join(), await join()]
  await study(ann, 700)
  const named = await all(bob.as, 1)
  assert.ok(named.some(({ username }) => username === ann.name))
  assert.equal(
    (await board(bob.as)).rows.some(({ username }) => username === ann.name),
    true,
  )
  assert.equal((await show(ann, 'ranked_anonymously')).status, 200)
  const { me } = await board(ann.as)
  assert.ok(me.rank !== null && me.seconds >= 700)
  const id = ann.url.split('/').at(-1)
  for (let path: string | null = '/leaderboards/term?per_page=1'; path !== null; ) {
    const reply = await send('GET', path.startsWith('/') ? `${campus.service.address}/api/v1.0${path}` : path, {
      as: bob.as,
    })
    assert.ok(!reply.text.includes(ann.name) && !reply.text.includes(`${ann.url}"`), reply.text)
    const page = reply.body as Board
    for (const link of [page.next, page.prev]) {
      const cursor = Buffer.from(new URL(link ?? 'http://x').searchParams.get('cursor') ?? '', 'base64url')
      assert.doesNotMatch(cursor.toString('latin1'), new RegExp(`^[ab]|\\b${id}$`))
      assert.ok(cursor.length === 0 || cursor.length === 16)
    }
    path = page.next
  }
  const [anonymous] = (await all(bob.as)).filter(({ rank }) => rank === me.rank)
  assert.deepEqual(anonymous, { rank: me.rank, user: null, username: null, seconds: me.seconds })
  await show(ann, 'everyone')
  assert.ok((await all(bob.as)).some(({ username }) => username === ann.name))
})

test('only_me takes a student off the board at once, with later study time, and everyone restores all', async () => {
  const [ann, bob] = [await join(), await join()]
  await study(ann, 800)
  await study(bob, 10)
  const before = await board(ann.as)
  await show(ann, 'only_me')
  await study(ann, 1000)
  const hidden = await board(ann.as)
  assert.deepEqual(hidden.me, { rank: null, seconds: 0 })
  assert.equal(hidden.count, before.count - 1)
  assert.ok((await all(bob.as)).every(({ username, user }) => username !== ann.name && user !== ann.url))
  await show(ann, 'everyone')
  const after = await board(ann.as)
  assert.equal(after.count, before.count)
  assert.ok(after.me.seconds >= before.me.seconds + 150)
})

test('a removed account disappears from every board at once', async () => {
  const [ann, bob] = [await campus.register(), await join()]
  const as = bearer(ann.token)
  await study({ name: ann.username, url: '', as }, 900)
  assert.ok((await all(bob.as)).some(({ username }) => username === ann.username))
  const { count } = await board(bob.as)
  assert.equal((await campus.send('DELETE', '/users/me', { as, json: { password: ann.password } })).status, 204)
  assert.ok((await all(bob.as)).every(({ username }) => username !== ann.username))
  assert.equal((await board(bob.as)).count, count - 1)
})
