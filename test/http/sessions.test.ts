import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCampus } from './campus.ts'

const campus = openCampus()

test('signing in, asking who is signed in, writing and signing out, by cookie', async () => {
  const { username, password } = await campus.register()
  const origin = { origin: campus.service.address }
  const signedIn = await campus.post('/session', { username, password })
  assert.equal(signedIn.status, 200, signedIn.text)
  const [cookie = ''] = signedIn.headers.getSetCookie()
  assert.match(cookie, /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
  const as = { cookie: cookie.split(';')[0] ?? '' }
  assert.equal((await campus.send('GET', '/session', { as })).status, 200)
  assert.equal((await campus.post('/studys/', {}, { as: { ...as, ...origin } })).status, 201)
  assert.equal((await campus.send('DELETE', '/session', { as: { ...as, ...origin } })).status, 204)
  assert.equal((await campus.send('GET', '/session', { as })).status, 401)
})
