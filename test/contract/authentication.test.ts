import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { patience } from '../support/patience.ts'
import { type Account, freshName, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { basic, basicBytes, bearer, type Credentials, nobody, send } from './client.ts'
import { recordOf, type StudyRecord, userOf } from './resources.ts'
import { protectedRoutes } from './routes.ts'
import { assertNow, instant } from './wire-time.ts'

const api = openApi()
let ann: Account
let record: StudyRecord

before(async () => {
  ann = await api.register()
  record = await api.start(ann)
})

test('every route except registration requires credentials, and the 401 names the scheme that was tried', async () => {
  const attempts: readonly [Credentials, 'Basic' | 'Bearer'][] = [
    [nobody, 'Basic'],
    [basic(ann.username, 'a wrong password'), 'Basic'],
    [basic(freshName('nobody'), ann.password), 'Basic'],
    [basic('no-token-at-all', ''), 'Basic'],
    [bearer('no-token-at-all'), 'Bearer'],
  ]
  for (const [method, path] of protectedRoutes(ann, record)) {
    for (const [as, scheme] of attempts) assertUnauthorized(await api.send(method, path, { as }), scheme)
  }
  assert.deepEqual(await api.record(ann, record.id), record)
})

test('accepts the password with user name or student number, and the scheme in any case', async () => {
  for (const as of [ann.withPassword, basic(ann.stu_id, ann.password), recased(ann.withPassword, 'basic')]) {
    const creator = recordOf(await api.post('/studys/', as), 201).creator
    assert.equal(creator, ann.user.url)
  }
})

test('a token opens every route except GET /token, as Basic user name and as Bearer', async () => {
  for (const as of [basic(ann.token, ''), bearer(ann.token), recased(bearer(ann.token), 'bearer')]) {
    for (const [method, path] of protectedRoutes(ann, record)) {
      const { status } = await api.send(method, path, { as })
      assert.equal(status, path === '/token' ? 401 : method === 'POST' ? 201 : 200, `${method} ${path}`)
    }
  }
})

test('rejects a token sent with a password, and a changed token', async () => {
  assertUnauthorized(await api.get('/studys', basic(ann.token, ann.password)), 'Basic')
  assertUnauthorized(await api.get('/studys', basic(ann.username, ann.token)), 'Basic')
  const places = [0, ann.token.length >> 2, ann.token.length >> 1, ann.token.length - 5]
  for (const place of places) {
    const touched = `${ann.token.slice(0, place)}${ann.token[place] === 'A' ? 'B' : 'A'}${ann.token.slice(place + 1)}`
    assertUnauthorized(await api.get('/studys', bearer(touched)), 'Bearer')
  }
  for (const part of ['', `${ann.token}x`, ann.token.slice(0, -4), unsigned(ann.token)]) {
    assertError(await api.get('/studys', bearer(part)), 401)
  }
})

test('returns 401 for credentials that cannot be parsed', async () => {
  const headers = ['Basic', 'Basic ', 'Basic !!!', 'Bearer', 'Basic Og==', 'Digest username="ann"', 'nonsense', ',']
  const noColon = `Basic ${Buffer.from(ann.username).toString('base64')}`
  for (const authorization of [...headers, noColon]) assertError(await api.get('/studys', { authorization }), 401)
})

test('returns 401 for a login with NUL and for a very long one', async () => {
  for (const login of ['\u0000', `${ann.username}\u0000`, 'x'.repeat(5000), '学'.repeat(1000)]) {
    assertUnauthorized(await api.get('/studys', basic(login, ann.password)), 'Basic')
  }
})

test('rejects an empty password', async () => {
  for (const login of [ann.username, ann.stu_id, '']) {
    assertUnauthorized(await api.get('/studys', basic(login, '')), 'Basic')
  }
})

test('returns 401 for bytes that are not UTF-8, and never replaces them', async () => {
  const eve = await api.register({ password: 'replaced \ufffd password' })
  const broken = [[0xff], [0x80], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]
  for (const bytes of broken) {
    const [head, tail] = [Buffer.from(`${eve.username}:replaced `), Buffer.from(' password')]
    assertUnauthorized(await api.get('/studys', basicBytes(Buffer.concat([head, Buffer.from(bytes), tail]))), 'Basic')
  }
  assert.equal((await api.get('/studys', eve.withPassword)).status, 200)
})

test('a Unicode user name logs in as typed, in either normal form, case and width', async () => {
  const zoe = await api.register({ username: freshName('Zoë Ｌee').normalize('NFC') })
  const typed = [
    zoe.username,
    zoe.username.normalize('NFD'),
    zoe.username.normalize('NFKC'),
    zoe.username.toUpperCase(),
  ]
  for (const username of typed) {
    assert.equal(userOf(await api.get(`/users/${zoe.id}`, basic(username, zoe.password))).username, zoe.username)
  }
})

test('accepts a password in whichever normal form the device sends', async () => {
  const forms = ['NFC', 'NFD'] as const
  for (const words of ['mật-khẩu-rất-dài', '비밀번호 도서관', 'Ångström crème', 'がぎぐげご 図書館']) {
    for (const form of forms) {
      const lin = await api.register({ password: words.normalize(form) })
      for (const other of forms) {
        assert.equal(
          (await api.get('/token', basic(lin.username, words.normalize(other)))).status,
          200,
          `${form} ${other}`,
        )
      }
      assertUnauthorized(await api.get('/token', basic(lin.username, `${words}\u0301`.normalize(form))), 'Basic')
    }
  }
})

test('compares passwords exactly', async () => {
  for (const wrong of [
    ann.password.toUpperCase(),
    fullWidth(ann.password),
    `${ann.password} `,
    ` ${ann.password}`,
    `${ann.password}\u0000`,
  ]) {
    assertUnauthorized(await api.get('/token', basic(ann.username, wrong)), 'Basic')
  }
})

test("a user name equal to another user's student number locks nobody out", async () => {
  const bob = await api.register()
  const reply = await api.sendRegistration({ ...api.freshRegistration(), username: bob.stu_id })
  assert.ok(reply.status === 201 || reply.status === 400, reply.text)
  const { creator } = recordOf(await api.post('/studys', basic(bob.stu_id, bob.password)), 201)
  assert.equal(creator, bob.user.url)
})

test('a request with credentials updates last_seen', async () => {
  const { last_seen, member_since } = userOf(await api.get(`/users/${ann.id}`, ann.as))
  assert.ok(instant(last_seen) >= instant(member_since) && Date.now() - instant(last_seen) <= 60_000 + patience(10_000))
})

test('health and readiness require no credentials', async () => {
  for (const path of ['/healthz', '/readyz']) assert.equal((await send('GET', `${api.origin}${path}`)).status, 200)
})

test('a new account has last_seen at once', async () => assertNow((await api.register()).user.last_seen))

/** NFKC would change it to the same text; NFC does not. */
function fullWidth(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
}

function recased(as: Credentials, scheme: string): Credentials {
  return { authorization: `${scheme}${as.authorization?.slice(scheme.length)}` }
}

function unsigned(token: string): string {
  const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  return [header, token.split('.')[1] ?? '', ''].join('.')
}
