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

test('without credentials no user is told from none', async () => {
  for (const path of [`/users/${ann.id}`, `/users/${ann.id}/studys/`, '/users/999999999', '/users/999999999/studys/']) {
    assertUnauthorized(await api.get(path, nobody), 'Basic')
  }
})

test('wrong credentials see no user', async () => {
  for (const path of [`/users/${ann.id}`, `/users/${ann.id}/studys/`]) {
    assertUnauthorized(await api.get(path, basic(ann.username, bob.password)), 'Basic')
  }
})

test('another user is seen, for all have the same face', async () => {
  const { last_seen: _, ...seenByBob } = userOf(await api.get(`/users/${ann.id}`, bob.as))
  const { last_seen: __, ...seenByAnn } = userOf(await api.get(`/users/${ann.id}`, ann.as))
  assert.deepEqual(seenByBob, seenByAnn)
  assert.equal(seenByAnn.username, ann.username)
  assert.equal(seenByAnn.member_since, ann.user.member_since)
})

test('a user that does not exist is a 404, whatever the id looks like', async () => {
  for (const id of ABSENT_IDS) {
    assertError(await api.get(`/users/${id}`, ann.as), 404)
    assertError(await api.get(`/users/${id}/studys/`, ann.as), 404)
  }
})

test('the records of a user are theirs alone, and everybody may read them', async () => {
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
