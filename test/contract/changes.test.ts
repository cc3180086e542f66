import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { nobody } from './client.ts'
import { type OwnRecord, ownOf } from './own-records.ts'
import { ago, assertNow, HOUR, later, MINUTE } from './wire-time.ts'

interface Changes {
  changes: { id: number; deleted: boolean; study: OwnRecord | null }[]
  cursor: string
  more: boolean
  reset: boolean
  server_time: string
}

const api = openApi()
let ann: Account
let bob: Account

before(async () => {
  ann = await api.register()
  bob = await api.register()
})

async function ask(query = '', { as } = ann): Promise<Changes> {
  const reply = await api.get(`/users/me/changes${query}`, as)
  assert.equal(reply.status, 200, reply.text)
  const page = reply.body as Changes
  assert.deepEqual(Object.keys(page).sort(), ['changes', 'cursor', 'more', 'reset', 'server_time'])
  assertNow(page.server_time)
  for (const { id, deleted, study } of page.changes) assert.equal(study?.id, deleted ? undefined : id)
  return page
}

const since = (cursor: string, perPage = 100, as = ann) => ask(`?since=${cursor}&per_page=${perPage}`, as)
const record = async (as = ann) => (await api.end(as, (await api.start(as, ago(3 * HOUR))).id, ago(2 * HOUR))).id

/** All pages, from the beginning or from a cursor. */
async function walk(cursor = '', perPage = 2, as = ann): Promise<{ page: Changes; all: Changes['changes'] }> {
  const all: Changes['changes'] = []
  for (let page = await since(cursor, perPage, as); ; page = await since(page.cursor, perPage, as)) {
    assert.ok(page.changes.length <= perPage)
    all.push(...page.changes)
    if (!page.more) return { page, all }
  }
}

test('requires credentials', async () => {
  assertUnauthorized(await api.send('GET', '/users/me/changes', { as: nobody }), 'Basic')
})

test("a cursor of another user starts over, with the caller's own records", async () => {
  const id = await record(bob)
  const { cursor } = await ask('', bob)
  const mine = await record()
  const page = await since(cursor)
  assert.equal(page.reset, true)
  assert.deepEqual(
    page.changes.map(({ id }) => id),
    [mine],
  )
  assert.notEqual(page.changes[0]?.id, id)
  assert.equal((await since(page.cursor)).reset, false)
})

test('returns 400 for an invalid cursor and names it, and accepts an empty one as none', async () => {
  for (const bad of ['x', 'YzE', 'c1.1', '学', 'x'.repeat(129), Buffer.from('c1.1.5').toString('base64url')])
    assertError(await api.get(`/users/me/changes?since=${encodeURIComponent(bad)}`, ann.as), 400, /since/)
  for (const bad of ['0', '101', 'x'])
    assertError(await api.get(`/users/me/changes?per_page=${bad}`, ann.as), 400, /per_page/)
  assert.deepEqual((await ask('?since=')).changes, (await ask()).changes)
})

test('a version that the account has not reached starts over', async () => {
  const cursor = Buffer.from(`c${ann.id}.999999`).toString('base64url')
  assert.equal((await since(cursor)).reset, true)
})

test('lists every record as its owner sees it, and then nothing more', async () => {
  for (const _ of [1, 2, 3]) await record()
  const running = await api.start(ann)
  const { page, all } = await walk()
  const listed = (await api.get('/users/me/studys?per_page=100', ann.as)).body as { studys: OwnRecord[] }
  assert.deepEqual(
    all.map(({ id }) => id),
    listed.studys.map(({ id }) => id),
  )
  const { study } = all.at(-1) as { study: OwnRecord }
  assert.equal(ownOf({ ...(await api.get('/studys/running', ann.as)), body: study }).id, running.id)
  assert.deepEqual([page.more, page.reset], [false, false])
  const next = await since(page.cursor)
  assert.deepEqual([next.changes, next.more, next.reset, next.cursor], [[], false, false, page.cursor])
  await api.put('/studys/running', ann.as)
})

test('lists each changed record once, in its current state, in the order of the latest changes', async () => {
  const [edited, removed, untouched] = [await record(), await record(), await record()]
  const { cursor } = (await walk()).page
  for (const note of ['one', 'two', 'three'])
    await api.send('PATCH', `/studys/${edited}`, { as: ann.as, json: { note } })
  const created = await record()
  await api.send('DELETE', `/studys/${removed}`, { as: ann.as })
  const gone = await record()
  await api.send('DELETE', `/studys/${gone}`, { as: ann.as })
  await api.send('PATCH', `/studys/${edited}`, { as: ann.as, json: { note: 'four' } })
  for (const perPage of [1, 2, 100]) {
    const { page, all } = await walk(cursor, perPage)
    assert.deepEqual(
      all.map(({ id, deleted, study }) => [id, deleted, study?.note]),
      [
        [created, false, null],
        [removed, true, undefined],
        [gone, true, undefined],
        [edited, false, 'four'],
      ],
    )
    assert.deepEqual((await since(page.cursor)).changes, [])
  }
  assert.ok(!(await walk(cursor)).all.some(({ id }) => id === untouched))
})

test('a start lists the record that it ended, and a write without effect lists nothing', async () => {
  const first = await api.start(ann)
  const { cursor } = (await walk()).page
  await api.send('PATCH', `/studys/${first.id}`, { as: ann.as, json: {} })
  assert.deepEqual((await since(cursor)).changes, [])
  const second = await api.start(ann)
  const { changes } = await since(cursor)
  assert.deepEqual(
    changes.map(({ id, study }) => [id, study?.ended_by]),
    [
      [first.id, 'next start'],
      [second.id, null],
    ],
  )
  await api.put('/studys/running', ann.as)
})

test('finds changes before and after the current position later', async () => {
  const carl = await api.register()
  const ids = [await record(carl), await record(carl), await record(carl), await record(carl)]
  const [one, two, three, four] = ids as [number, number, number, number]
  const first = await since('', 2, carl)
  assert.deepEqual(
    first.changes.map(({ id }) => id),
    [one, two],
  )
  const { start_time } = await api.record(carl, one)
  const patch = (id: number, json: object) => api.send('PATCH', `/studys/${id}`, { as: carl.as, json })
  await patch(four, { start_time: later(start_time, -MINUTE) })
  await api.send('DELETE', `/studys/${one}`, { as: carl.as })
  await patch(two, { note: 'x' })
  const rest = await walk(first.cursor, 2, carl)
  const known = new Map([...first.changes, ...rest.all].map(({ id, study }) => [id, study?.note]))
  assert.deepEqual(
    [...known].sort(),
    [
      [one, undefined],
      [two, 'x'],
      [three, null],
      [four, null],
    ].sort(),
  )
  assert.equal(rest.all.find(({ id }) => id === one)?.deleted, true)
})

test('the cursor of a hidden account works like any other', async () => {
  const { page } = await walk()
  await api.put('/users/me/settings', ann.as, { visibility: 'only_me' })
  const id = await record()
  const after = await walk(page.cursor)
  assert.deepEqual(
    after.all.map((change) => change.id),
    [id],
  )
  assert.equal(after.page.reset, false)
})
