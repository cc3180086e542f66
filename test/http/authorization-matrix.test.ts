import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import type { AccountId } from '../../src/accounts/account.ts'
import { createSessionService } from '../../src/authentication/sessions/session.service.ts'
import { createTokens, type TokenClaims } from '../../src/authentication/token.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { deriveKeys } from '../../src/keys.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { errorText } from '../contract/assert-error.ts'
import { basic, bearer, type Credentials, nobody, type Reply, send } from '../contract/client.ts'
import { startCasServer } from '../schools/cas-server.ts'
import { startService } from '../support/service.ts'
import { makeTlsFiles } from '../support/tls-files.ts'
import { type Answer, type Caller, casTable, members, type Row, strangers, table } from './authorization-table.ts'
import { Campus } from './campus.ts'

const secret = 'the secret of this test, which is long enough'
const password = 'a quiet reading room'
let campus: Campus
let cookieName: '__Host-session' | 'session'

interface Account {
  id: number
  name: string
  token: string
  as: Credentials
}
/** The credentials of a caller, its account if there is one, and the owner of the requested records. */
interface Cast {
  /** A function if each request needs new ones. */
  as: Credentials | (() => Promise<Credentials>)
  account?: Account
  target: Account
}

let cast: Record<Caller, Cast>

async function fillCast(): Promise<void> {
  const [owner, other, hidden, deleted, changed] = await Promise.all([join(), join(), join(), join(), join()])
  await campus.send('PUT', '/users/me/settings', { as: hidden.as, json: { visibility: 'only_me' } })
  await campus.send('DELETE', '/users/me', { as: deleted.as, json: { password } })
  const change = { password, new_password: 'another reading room' }
  assert.equal((await campus.send('PUT', '/users/me', { as: changed.as, json: change })).status, 200)
  const revoked = await signIn(owner)
  assert.equal((await campus.send('DELETE', '/users/me/sessions', { as: owner.as })).status, 204)
  const ofOwner = { account: owner, target: owner }
  cast = {
    owner: { as: owner.as, ...ofOwner },
    // Created here like the expired token and the foreign one, which differ from it in one property.
    'owner, by a token as the user name': { as: basic(tokenOf(owner), ''), ...ofOwner },
    'owner, by password': { as: basic(owner.name, password), ...ofOwner },
    'owner, by session': { as: () => signIn(owner), ...ofOwner },
    other: { as: other.as, account: other, target: owner },
    'hidden owner': { as: hidden.as, account: hidden, target: hidden },
    'other, of a hidden owner': { as: other.as, account: other, target: hidden },
    nobody: { as: nobody, target: owner },
    'wrong password': { as: basic(owner.name, 'a loud reading room'), target: owner },
    'deleted, by token': { as: deleted.as, target: owner },
    'deleted, by password': { as: basic(deleted.name, password), target: owner },
    'expired token': { as: bearer(tokenOf(owner, { age: 3601 })), target: owner },
    'revoked token': { as: changed.as, target: owner },
    'expired session': { as: await expiredSession(owner), target: owner },
    'revoked session': { as: revoked, target: owner },
    'token of another secret': { as: bearer(tokenOf(owner, { by: `not ${secret}` })), target: owner },
  }
}

async function join(): Promise<Account> {
  const { username, token } = await campus.register({ ...campus.newcomer(), password })
  const as = bearer(token)
  const { url } = (await campus.send('GET', '/users/me', { as })).body as { url: string }
  return { id: Number(url.split('/').at(-1)), name: username, token, as }
}

/** As on a page of the service. */
const bySession = (value: string): Credentials => ({ cookie: `${cookieName}=${value}`, origin: campus.service.address })

async function signIn({ name: username }: Account): Promise<Credentials> {
  const reply = await campus.post('/session', { username, password })
  assert.equal(reply.status, 200, reply.text)
  return bySession(/^[\w-]+=([\w-]+);/.exec(reply.headers.get('set-cookie') ?? '')?.[1] ?? '')
}

/** The session of a browser that signed in 31 days ago and did not come back. */
async function expiredSession({ id, token }: Account): Promise<Credentials> {
  const storage = openDatabase(readConfig({ DATABASE_URL: campus.service.place.databaseUrl }).database)
  const clock = { now: () => Math.floor(Date.now() / 1000) - 31 * 86_400 }
  const { ver: version } = claimsOf(token)
  const identity = { accountId: id as AccountId, version, by: 'password' } as const
  const begun = createSessionService({ storage, clock }).begin(identity, { device: undefined, before: undefined })
  return begun.then(bySession).finally(() => storage.close())
}

function claimsOf(token: string): { sub: string; ver: number } {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string; ver: number }
}

/** A token that the service could have issued to this account, `age` seconds ago. */
function tokenOf({ token }: Account, { by = secret, age = 0 } = {}): string {
  const { sub, ver } = claimsOf(token)
  const claims: TokenClaims = { accountId: Number(sub) as AccountId, version: ver }
  return createTokens(deriveKeys(by).token, 3600).issue(claims, Math.floor(Date.now() / 1000) - age)
}

/** Creates an ended record and a running one, whatever the previous request did. Returns the ended one's id. */
async function study({ as }: Account): Promise<number> {
  const { id } = (await campus.post('/studys/', {}, { as })).body as { id: number }
  await campus.send('PUT', `/studys/${id}`, { as })
  await campus.send('POST', '/studys/', { as })
  return id
}

/** `before` and `after` of a suite whose requests use this protocol. */
function openBy(mode: 'HTTP/1.1' | 'HTTP/2'): void {
  const usual = getGlobalDispatcher()
  let files: Awaited<ReturnType<typeof makeTlsFiles>> | undefined
  before(async () => {
    if (mode === 'HTTP/2') files = await makeTlsFiles()
    if (files) setGlobalDispatcher(new Agent({ allowH2: true, connect: { ca: files.ca } }))
    cookieName = files ? '__Host-session' : 'session'
    campus = new Campus()
    campus.open(await startService({ SECRET: secret, ...files?.settings }))
    await fillCast()
  })
  after(async () => {
    if (files) await getGlobalDispatcher().close()
    setGlobalDispatcher(usual)
    await campus.close()
    await files?.remove()
  })
}

for (const mode of ['HTTP/1.1', 'HTTP/2'] as const) {
  describe(`with ${mode}`, () => {
    openBy(mode)

    for (const [route, row] of Object.entries(table)) {
      test(`${route}: each kind of caller`, async () => {
        for (const caller of members) await askAs(caller, route, row)
        // If nothing changes, all can send at once.
        const before = await stateOf(cast.owner.target)
        await Promise.all(strangers.map((caller) => askAs(caller, route, row)))
        assert.deepEqual(await stateOf(cast.owner.target), before)
      })
    }

    if (mode === 'HTTP/1.1') testTableIsComplete()
  })
}

async function askAs(caller: Caller, route: string, { answers, json, query = '' }: Row): Promise<void> {
  const { account, target } = cast[caller]
  const as = await credentialsOf(caller)
  if (account && account !== target) await study(account)
  const id = account ? await study(target) : 1
  const untouched = account !== target && account ? await stateOf(target) : undefined
  const [method = '', template = ''] = route.split(' ')
  const device = route.includes('{session_id}') && account ? await newDevice(target) : 1
  const path = template
    .replace('{user_id}', String(target.id))
    .replace('{study_id}', String(id))
    .replace('{session_id}', String(device))
    .replace('{period}', 'week')
  const reply = await campus.send(method, path + query, { as, ...(json && { json }) })
  assertAnswer(reply, answers[caller], id, `${route} by ${caller}`)
  if (untouched) assert.deepEqual(await stateOf(target), untouched, `${route} by ${caller} changes another's data`)
}

async function credentialsOf(caller: Caller): Promise<Credentials> {
  const { as } = cast[caller]
  return typeof as === 'function' ? as() : as
}

async function newDevice(account: Account): Promise<number> {
  await signIn(account)
  const { body } = await campus.send('GET', '/users/me/sessions', { as: account.as })
  return (body as { sessions: { id: number }[] }).sessions[0]?.id ?? 0
}

function assertAnswer(reply: Reply, answer: Answer, id: number, what: string): void {
  assert.equal(reply.status, typeof answer === 'number' ? answer : 200, `${what}: ${reply.text}`)
  if (reply.status >= 400) errorText(reply)
  if (typeof answer === 'number') return
  const { studys = [reply.body] } = reply.body as { studys?: unknown[] }
  const shown = studys.some((record) => (record as { id: number }).id === id)
  assert.equal(shown, answer === 'shown', `${what}: ${reply.text}`)
}

/** Everything that belongs to an account, except what changes with time. */
async function stateOf({ as }: Account): Promise<unknown> {
  const paths = ['/users/me/settings', '/users/me/studys?running=false&order=desc', '/users/me/studys?running=true']
  const replies = await Promise.all(paths.map((path) => campus.send('GET', path, { as })))
  return replies.map(({ status, text }) => {
    assert.equal(status, 200)
    return text.replaceAll(/"(seconds|elapsed_seconds|server_time)":("[^"]*"|\d+)/g, '')
  })
}

async function routesOf(address: string): Promise<string[]> {
  const { paths } = (await send('GET', `${address}/openapi.json`)).body as { paths: Record<string, object> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1.0', '')}`),
  )
}

function testTableIsComplete(): void {
  test('every route of the document has a row, and every row a route', async () => {
    assert.deepEqual((await routesOf(campus.service.address)).sort(), Object.keys(table).sort())
  })

  test('so does every route of a school with its own login page, and anyone may call these', async (t) => {
    const school = await startCasServer([])
    t.after(() => school.close())
    const { address, close } = await startService({ SECRET: secret, SCHOOL: 'cas', SCHOOL_URL: school.url })
    t.after(close)
    const rows = Object.keys({ ...table, ...casTable })
    const routes = await routesOf(address)
    assert.deepEqual(
      routes.filter((route) => !rows.includes(route)),
      [],
    )
    for (const [route, { answers }] of Object.entries(casTable)) {
      assert.ok(routes.includes(route), route)
      const [method = '', path = ''] = route.split(' ')
      for (const caller of [...members, ...strangers]) {
        const { status } = await send(method, `${address}/api/v1.0${path}`, { as: await credentialsOf(caller) })
        assert.equal(status, answers[caller], `${route} by ${caller}`)
      }
    }
  })
}
