import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { type Item, newKey, resultsOf, sendItems, statusesOf } from './batch-results.ts'
import { nobody } from './client.ts'
import { type OwnRecord, ownOf } from './own-records.ts'
import { ago, ahead, HOUR, later, MINUTE, wire } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account

before(async () => {
  ann = await api.register()
  bob = await api.register()
})

const send = (items: unknown[], as = ann) => sendItems(api, as, items)
const sendOne = async (item: unknown, as = ann) => (await send([item], as))[0] as Awaited<ReturnType<typeof send>>[0]
const post = (json: unknown) => api.send('POST', '/studys/batch', { as: ann.as, json })
const own = async ({ as } = ann) =>
  ((await api.get('/users/me/studys?per_page=100&order=desc', as)).body as { studys: OwnRecord[] }).studys
const opened = Date.now()
const hourAgo = (hours: number) => wire(opened - hours * HOUR)
const past = (from: number, to: number): Item => ({
  key: newKey(),
  action: 'record',
  start_time: hourAgo(from),
  end_time: hourAgo(to),
})

test('applies nothing without credentials', async () => {
  assertUnauthorized(await api.send('POST', '/studys/batch', { as: nobody, json: { items: [past(3, 2)] } }), 'Basic')
  assert.deepEqual(await own(), [])
})

test("does not change another user's record", async () => {
  const { id } = await api.end(bob, (await api.start(bob, hourAgo(3))).id, hourAgo(2))
  const before = await own(bob)
  const actions = ['end', 'edit', 'delete'] as const
  const results = await send(actions.map((action) => ({ key: newKey(), action, id })))
  assert.deepEqual(statusesOf(results), [403, 403, 403])
  // A key names only records of its own account.
  const key = newKey()
  await send([{ ...past(5, 4), key }], bob)
  assert.equal((await sendOne({ key: newKey(), action: 'delete', record_key: key })).status, 404)
  assert.deepEqual((await own(bob)).slice(0, 1), before)
})

test('rejects a bad body as a whole, and a bad item by itself', async () => {
  for (const json of [undefined, {}, { items: null }, { items: {} }, { items: 'x' }, [], 5])
    assertError(await post(json), 400, json && !Array.isArray(json) && json !== 5 ? /items/ : undefined)
  const good = past(3, 2)
  const bad = [
    ...[null, 5, 'x', [], {}, { action: 'start' }, { key: 5, action: 'start' }, { key: '', action: 'start' }],
    ...[
      { key: 'x'.repeat(129), action: 'start' },
      { key: 'a\u0000b', action: 'start' },
      { key: '\ud800', action: 'start' },
    ],
  ]
  const items = [...bad, good]
  const results = await send(items)
  assert.deepEqual(statusesOf(results), [...bad.map(() => 400), 201])
  assert.deepEqual(
    results.slice(0, 4).map(({ key }) => key),
    [null, null, null, null],
  )
  assert.equal((await own()).length, 1)
})

for (const [what, item, parameter] of [
  ['no action', {}, 'action'],
  ['an unknown action', { action: 'stop' }, 'action'],
  ['an end without a record', { action: 'end' }, 'id'],
  ['an end of two records', { action: 'end', id: 1, record_key: 'x' }, 'id'],
  ['an id that is a string', { action: 'edit', id: '1' }, 'id'],
  ['an id that is a fraction', { action: 'delete', id: 1.5 }, 'id'],
  ['a key that is a number', { action: 'delete', record_key: 5 }, 'record_key'],
  ['a start with an id', { action: 'start', id: 1 }, 'id'],
  ['a start with an end', { action: 'start', end_time: '2017-03-25 11:55:47' }, 'end_time'],
  ['an end with a start', { action: 'end', id: 1, start_time: '2017-03-25 11:55:47' }, 'start_time'],
  ['a deletion with a note', { action: 'delete', id: 1, note: 'x' }, 'note'],
  ['a record without a start', { action: 'record', end_time: '2017-03-25 11:55:47' }, 'start_time'],
  ['a record without an end', { action: 'record', start_time: '2017-03-25 11:55:47' }, 'end_time'],
  ['a time that is a number', { action: 'start', start_time: 1490442947 }, 'start_time'],
  ['a time in another form', { action: 'start', start_time: '2017-03-25T11:55:47Z' }, 'start_time'],
  ['a time in the future', { action: 'start', start_time: '2999-01-01 00:00:00' }, undefined],
  ['a subject that is a number', { action: 'start', subject: 5 }, undefined],
  ['a subject that is too long', { action: 'start', subject: '学'.repeat(41) }, undefined],
  ['a note that is too long', { action: 'edit', id: 1, note: '学'.repeat(501) }, undefined],
] as const) {
  test(`rejects ${what}`, async () => {
    const { status, message = '' } = await sendOne({ key: newKey(), ...item })
    assert.equal(status, 400)
    if (parameter) assert.ok(message.includes(parameter), message)
  })
}

test('returns 404 in the item for what does not exist', async () => {
  const results = await send([
    { key: newKey(), action: 'end', id: 999_999_999 },
    { key: newKey(), action: 'edit', id: Number.MAX_SAFE_INTEGER },
    { key: newKey(), action: 'delete', record_key: newKey() },
  ])
  assert.deepEqual(statusesOf(results), [404, 404, 404])
})

test('applies items in order, and items name records by the keys of earlier items', async () => {
  const [one, two] = [newKey(), newKey()]
  const results = await send([
    { key: one, action: 'start', start_time: hourAgo(50), subject: '英语' },
    { key: newKey(), action: 'end', record_key: one, end_time: hourAgo(49), note: '第三章' },
    { key: two, action: 'start', start_time: hourAgo(48) },
    { key: newKey(), action: 'edit', record_key: two, start_time: hourAgo(47), end_time: hourAgo(46), subject: '物理' },
    { key: newKey(), action: 'edit', record_key: one, subject: null },
  ])
  assert.deepEqual(statusesOf(results), [201, 200, 201, 200, 200])
  const [, ended, , edited, cleared] = results.map(({ study }) => study as OwnRecord)
  assert.deepEqual([ended?.end_time, ended?.subject, ended?.note], [hourAgo(49), '英语', '第三章'])
  assert.deepEqual([edited?.seconds, edited?.subject], [3600, '物理'])
  assert.deepEqual(cleared, { ...ended, subject: null })
  const [later] = await send([{ key: newKey(), action: 'delete', record_key: two }])
  assert.deepEqual([later?.status, later?.study], [204, null])
  assertError(await api.get(`/studys/${edited?.id}`, ann.as), 404)
  assert.deepEqual(ownOf(await api.send('PATCH', `/studys/${ended?.id}`, { as: ann.as, json: {} })), cleared)
})

test('a repeated batch gets the same results and changes nothing', async () => {
  const key = newKey()
  const items = [
    { ...past(60, 59), key, note: '一' },
    { key: newKey(), action: 'edit', record_key: key, note: '二' },
    { key: newKey(), action: 'edit', record_key: key, end_time: hourAgo(61) },
    { key: newKey(), action: 'edit', record_key: key, start_time: hourAgo(62), end_time: hourAgo(61) },
    { key: newKey(), action: 'start' },
    { key: newKey(), action: 'end', record_key: newKey() },
    ...[past(70, 80), { ...past(80, 79), action: 'delete', start_time: null, end_time: null, record_key: key }],
  ]
  const first = await send(items)
  assert.deepEqual(statusesOf(first), [201, 200, 400, 200, 201, 404, 400, 204])
  const records = (await own()).map(({ id, end_time }) => [id, end_time])
  const { cursor } = (await api.get('/users/me/changes', ann.as)).body as { cursor: string }
  assert.deepEqual(await send(items), first)
  assert.deepEqual(await send([...items.slice(4), ...items.slice(0, 4)]), [...first.slice(4), ...first.slice(0, 4)])
  assert.deepEqual(
    (await own()).map(({ id, end_time }) => [id, end_time]),
    records,
  )
  const again = (await api.get(`/users/me/changes?since=${cursor}`, ann.as)).body as { changes: [] }
  assert.deepEqual(again.changes, [])
  await api.put('/studys/running', ann.as)
})

test('returns 422 for a key with other content, within a batch too', async () => {
  const item = past(90, 89)
  const changed = { ...item, note: 'other' }
  const results = await send([item, changed, item, { ...item, subject: '' }])
  assert.deepEqual(statusesOf(results), [201, 422, 201, 422])
  assert.deepEqual(results[2], results[0])
  assert.equal((await sendOne(changed)).status, 422)
  assert.equal((await sendOne(item)).status, 201)
  assert.equal((await sendOne({ ...item, unknown: 1 })).status, 201)
})

test('a refused item is corrected under its key, and items that depend on it are sent again unchanged', async () => {
  const key = newKey()
  const bad = { key, action: 'record', start_time: hourAgo(100), end_time: ahead(HOUR) }
  const waiting = { key: newKey(), action: 'edit', record_key: key, note: 'waiting' }
  assert.deepEqual(statusesOf(await send([bad, waiting])), [400, 404])
  assert.deepEqual(statusesOf(await send([{ ...bad, end_time: hourAgo(99) }, waiting])), [201, 200])
  assert.equal((await sendOne(bad)).status, 422)
})

test('refuses an item that names a later one of its batch, also when repeated', async () => {
  const [key, early] = [newKey(), newKey()]
  const items = [
    { key: early, action: 'delete', record_key: key },
    { ...past(110, 109), key },
  ]
  for (const _ of [1, 2]) assert.deepEqual(statusesOf(await send(items)), [404, 201])
  assert.equal((await sendOne({ key: newKey(), action: 'delete', record_key: key })).status, 204)
})

test('records sent by batch are self-reported, and seen time stays seen', async () => {
  const live = await api.start(ann)
  const added = await sendOne({ key: newKey(), action: 'record', start_time: ago(MINUTE / 2), end_time: ago(0) })
  assert.equal(added.study?.self_reported, true)
  assert.equal(ownOf(await api.get('/studys/running', ann.as)).id, live.id)
  const ended = await sendOne({ key: newKey(), action: 'end', id: live.id })
  assert.deepEqual([ended.study?.ended_by, ended.study?.self_reported], ['owner', true])
  const seen = await api.start(ann)
  await api.put('/studys/running', ann.as)
  const noted = await sendOne({ key: newKey(), action: 'edit', id: seen.id, note: 'seen' })
  assert.equal(noted.study?.self_reported, false)
  const started = await sendOne({ key: newKey(), action: 'start' })
  const { self_reported } = ownOf(await api.put('/studys/running', ann.as))
  assert.deepEqual([started.study?.self_reported, self_reported], [true, true])
})

test('an end corrects a record that the next start or the limit ended', async () => {
  const [one, two, three] = [newKey(), newKey(), newKey()]
  const results = await send([
    { key: one, action: 'start', start_time: hourAgo(200) },
    { key: two, action: 'start', start_time: hourAgo(10) },
    { key: three, action: 'start', start_time: hourAgo(5) },
    { key: newKey(), action: 'end', record_key: one, end_time: hourAgo(198) },
    { key: newKey(), action: 'end', record_key: two, end_time: hourAgo(9) },
    { key: newKey(), action: 'end', record_key: three, end_time: hourAgo(4) },
  ])
  const studies = results.map(({ study }) => study as OwnRecord)
  assert.equal(studies[0]?.ended_by, 'limit')
  assert.deepEqual(
    studies.slice(3).map(({ ended_by, seconds }) => [ended_by, seconds]),
    [
      ['owner', 7200],
      ['owner', 3600],
      ['owner', 3600],
    ],
  )
})

test('a batch holds at most 500 items with the longest texts, in any encoding', async () => {
  const carl = await api.register()
  const texts = { subject: '学'.repeat(40), note: '习'.repeat(500) }
  const start = hourAgo(20)
  const items = Array.from({ length: 500 }, (_, at) => ({
    ...{ key: `${newKey()} ${at}`, action: 'record', start_time: start, end_time: later(start, MINUTE), ...texts },
  }))
  const escaped = JSON.stringify({ items }).replaceAll(
    /\p{Script=Han}/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16)}`,
  )
  const sendText = (body: string) =>
    api.send('POST', '/studys/batch', { as: carl.as, body, headers: { 'content-type': 'application/json' } })
  let results = resultsOf(await sendText(escaped))
  // Items that a slow machine did not reach in time are sent again.
  while (statusesOf(results).includes(503)) results = resultsOf(await sendText(escaped))
  assert.deepEqual([...new Set(statusesOf(results))], [201])
  assert.equal((await api.records(carl)).count, 500)
  const one = { key: newKey(), action: 'start' }
  assertError(await api.send('POST', '/studys/batch', { as: carl.as, json: { items: [...items, one] } }), 413, /500/)
  assertError(await sendText(`"${'x'.repeat(2 * 1024 * 1024)}"`), 413)
  assert.deepEqual(resultsOf(await sendText(JSON.stringify({ items }))), results)
  assert.equal((await api.records(carl)).count, 500)
})

test('messages of items use the language of the request', async () => {
  const json = { items: [{ key: newKey(), action: 'stop' }] }
  const reply = await api.send('POST', '/studys/batch', { as: ann.as, json, headers: { 'accept-language': 'en' } })
  assert.match(resultsOf(reply)[0]?.message ?? '', /^The field action/)
})

test('ten identical batches at once are applied once', async () => {
  const dora = await api.register()
  const key = newKey()
  const items = [{ ...past(3, 2), key }, { key: newKey(), action: 'edit', record_key: key, note: 'x' }, past(1, 0.5)]
  const all = await Promise.all(Array.from({ length: 10 }, () => send(items, dora)))
  for (const results of all) assert.deepEqual(results, all[0])
  assert.equal((await api.records(dora)).count, 2)
})
