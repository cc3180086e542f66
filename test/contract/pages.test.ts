import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError } from './assert-error.ts'
import { inOrder, walk, walkBothWays } from './page-walk.ts'
import { type Page, pageOf, type StudyRecord } from './resources.ts'
import { later, SECOND } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account
let records: StudyRecord[]
let own: string

const SCHOOL_DAY = '2024-09-02 08:00:00'
const RECORDS = 23

before(async () => {
  ann = await api.register()
  bob = await api.register()
  own = `/users/${ann.id}/studys/`
  records = []
  // Not in order, three of them at the same second, and the running one not last.
  for (let at = 0; at < RECORDS - 1; at += 1) {
    const place = (at * 7) % (RECORDS - 1)
    const minute = place < 3 ? 0 : place
    records.push(await api.start(ann, later(SCHOOL_DAY, minute * 60 * SECOND)))
  }
  records.push(await api.start(ann))
  await api.start(bob)
  records = inOrder(records)
})

async function page(query: string, list = own): Promise<Page> {
  return pageOf(await api.get(`${list}${query}`, ann.as))
}

const ids = (list: readonly { id: number }[]) => list.map(({ id }) => id)

for (const perPage of [1, 2, 7, 22, 23, 24, 100]) {
  test(`walks a user's list forwards and backwards in pages of ${perPage}, oldest first`, async () => {
    const walked = await walkBothWays(api, ann.as, `${own}?per_page=${perPage}`, perPage)
    assert.deepEqual(ids(walked), ids(records))
  })

  test(`walks it forwards and backwards in pages of ${perPage}, newest first`, async () => {
    const walked = await walkBothWays(api, ann.as, `${own}?per_page=${perPage}&order=desc`, perPage)
    assert.deepEqual(ids(walked), ids(records.toReversed()))
  })
}

test('the list of all users holds every record once, in both orders and directions', async () => {
  const oldest = await walkBothWays(api, ann.as, '/studys?per_page=5', 5)
  assert.deepEqual(oldest, inOrder(oldest))
  assert.equal(new Set(ids(oldest)).size, oldest.length)
  for (const { id } of records) assert.ok(ids(oldest).includes(id))
  const newest = await walkBothWays(api, ann.as, '/studys?per_page=5&order=desc', 5)
  assert.deepEqual(ids(newest), ids(oldest.toReversed()))
})

test('a page holds twenty records by default', async () => {
  const first = await page('')
  assert.equal(first.studys.length, 20)
  assert.equal(first.count, RECORDS)
  assert.equal(first.prev, null)
  const { studys, next } = pageOf(await api.get(first.next ?? '', ann.as))
  assert.equal(studys.length, RECORDS - 20)
  assert.equal(next, null)
})

test('links are absolute, lead to the same list and have the same origin', async () => {
  for (const list of [own, '/studys']) {
    const { next } = await page('?per_page=2', list)
    assert.ok(next?.startsWith(`${api.origin}/api/v1.0${list}?`), `${next}`)
    const { prev } = pageOf(await api.get(next ?? '', ann.as))
    assert.ok(prev?.startsWith(`${api.origin}/api/v1.0${list}?`), `${prev}`)
  }
})

test('links keep the size, the order and the filters', async () => {
  const from = encodeURIComponent(SCHOOL_DAY)
  const to = encodeURIComponent('2024-09-02 08:15:00')
  const wanted = records.filter(({ start_time }) => start_time < '2024-09-02 08:15:00').toReversed()
  const query = `?per_page=4&order=desc&running=false&from=${from}&to=${to}`
  const walked = await walkBothWays(api, ann.as, `${own}${query}`, 4)
  assert.deepEqual(ids(walked), ids(wanted))
})

test('a client that asks for pages by number can continue by links', async () => {
  for (const [number, order] of [1, 2, 3, 4, 5].flatMap((n) => [[n, 'asc'] as const, [n, 'desc'] as const])) {
    const all = order === 'asc' ? records : records.toReversed()
    const { studys, count, next, prev } = await page(`?page=${number}&per_page=5&order=${order}`)
    assert.deepEqual(ids(studys), ids(all.slice((number - 1) * 5, number * 5)))
    assert.equal(count, RECORDS)
    if (next)
      assert.deepEqual(
        ids(pageOf(await api.get(next ?? '', ann.as)).studys),
        ids(all.slice(number * 5, number * 5 + 5)),
      )
    assert.equal(next === null, number === 5)
    if (prev)
      assert.deepEqual(
        ids(pageOf(await api.get(prev, ann.as)).studys),
        ids(all.slice((number - 2) * 5, (number - 1) * 5)),
      )
    assert.equal(prev === null, number === 1)
  }
})

test('a page by number equals the page of a walk in the list of all users', async () => {
  const pages = await walk(api, ann.as, '/studys?per_page=6', 'next')
  for (const [at, { studys }] of pages.entries()) {
    assert.deepEqual(ids((await page(`?per_page=6&page=${at + 1}`, '/studys')).studys), ids(studys))
  }
})

test('a page past the end is empty, has the full count and links back', async () => {
  for (const list of [own, '/studys']) {
    for (const query of ['?page=90&per_page=5', '?page=1000000&per_page=100&order=desc']) {
      const beyond = await page(query, list)
      assert.deepEqual([beyond.studys, beyond.next], [[], null])
      assert.ok(beyond.count >= RECORDS)
      const last = pageOf(await api.get(beyond.prev ?? '', ann.as))
      assert.ok(last.studys.length > 0)
      assert.equal(last.next, null)
    }
  }
})

test('rejects an invalid size, number, order, filter or link', async () => {
  const wrong = [
    'per_page=0',
    'per_page=-1',
    'per_page=101',
    'per_page=abc',
    'per_page=',
    'page=0',
    'page=-1',
    'page=x',
    'per_page=1e309',
    'page=-Infinity',
  ]
  const others = ['order=up', 'order=', 'running=maybe', 'cursor=x', 'cursor=', 'cursor=eDEsMg', 'page=1&page=2']
  for (const query of [...wrong, ...others, `cursor=${'x'.repeat(500)}`, 'per_page=99999999999999999999']) {
    for (const list of [own, '/studys']) assertError(await api.get(`${list}?${query}`, ann.as), 400)
  }
  for (const query of ['from=2017-03-25', 'to=now', 'from=', 'from=2017-02-30%2000:00:00', 'to=2017-03-25T00:00:00']) {
    assertError(await api.get(`${own}?${query}`, ann.as), 400)
  }
})

test('ignores parameters that the contract does not name', async () => {
  assert.equal((await page('?per_page=3&colour=red&_=1')).studys.length, 3)
})

test('serves a list with and without a trailing slash', async () => {
  for (const list of [own, '/studys/']) {
    const [without, slashed] = [await page('?per_page=2', list.slice(0, -1)), await page('?per_page=2', list)]
    assert.deepEqual(without, slashed)
  }
})
