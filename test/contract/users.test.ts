import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { basic, nobody } from './client.ts'
import { pageOf, userOf } from './resources.ts'
import { ABSENT_IDS } from './routes.ts'
import { ago, HOUR } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account

before(async () => {
  ann = await api.register()
  bob = await api.register()
})

test('does not reveal whether a user exists without credentials', async () => {
  for (const path of [`/users/${ann.id}`, `/users/${ann.id}/studys/`, '/users/999999999', '/users/999999999/studys/']) {
    assertUnauthorized(await api.get(path, nobody), 'Basic')
  }
})

test('returns 401 for wrong credentials', async () => {
  for (const path of [`/users/${ann.id}`, `/users/${ann.id}/studys/`]) {
    assertUnauthorized(await api.get(path, basic(ann.username, bob.password)), 'Basic')
  }
})

test('returns another user with the same fields', async () => {
  const { last_seen: _, ...seenByBob } = userOf(await api.get(`/users/${ann.id}`, bob.as))
  const { last_seen: __, ...seenByAnn } = userOf(await api.get(`/users/${ann.id}`, ann.as))
  assert.deepEqual(seenByBob, seenByAnn)
  assert.equal(seenByAnn.username, ann.username)
  assert.equal(seenByAnn.member_since, ann.user.member_since)
})

test('returns 404 for a user that does not exist, whatever the id', async () => {
  for (const id of ABSENT_IDS) {
    assertError(await api.get(`/users/${id}`, ann.as), 404)
    assertError(await api.get(`/users/${id}/studys/`, ann.as), 404)
  }
})

test("returns only the user's records, to everyone", async () => {
  const earlier = await api.start(ann, ago(2 * HOUR))
  const later = await api.start(ann)
  await api.start(bob)
  for (const as of [ann.as, bob.as]) {
    const page = pageOf(await api.get(ann.user.studys, as))
    assert.equal(page.count, 2)
    assert.deepEqual(
      page.studys.map(({ id }) => id),
      [earlier.id, later.id],
    )
    for (const { creator } of page.studys) assert.equal(creator, ann.user.url)
  }
})

test('a user without records has an empty page', async () => {
  const carl = await api.register()
  assert.deepEqual(await api.records(carl), { count: 0, next: null, prev: null, studys: [] })
})
