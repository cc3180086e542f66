import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { assertError } from '../contract/assert-error.ts'
import { basic, type Reply } from '../contract/client.ts'
import { keepPasswordCost } from '../support/password-cost.ts'
import { patient } from '../support/patient.ts'
import { type Newcomer, openCampus } from './campus.ts'

const campus = openCampus({ THROTTLE: 'on', TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'error' })

/** Requests that were sent again: each may have been counted, although no password was tried. */
let retries = 0
/** All tests share the limit of the whole service, 300 wrong passwords a minute. */
beforeEach(async () => {
  retries = 0
  const storage = openDatabase(readConfig({ DATABASE_URL: campus.service.place.databaseUrl }).database)
  await storage.write((tx) => tx.deleteFrom('budgets').execute())
  await storage.close()
})

let networks = 0
/** An address in an unused network. */
const freshAddress = () => `2001:db8:0:${(++networks).toString(16)}::1`

const from = (address: string) => ({ 'x-forwarded-for': address })

function signIn(login: string, password: string, address: string): Promise<Reply> {
  const as = basic(login, password)
  return patient(
    () => campus.send('GET', '/token', { as, headers: from(address) }),
    () => retries++,
  )
}

async function register(address: string): Promise<Newcomer> {
  const newcomer = campus.newcomer()
  const reply = await patient(() => campus.post('/register', newcomer, { headers: from(address) }))
  assert.equal(reply.status, 201, reply.text)
  return newcomer
}

/** Sends wrong passwords, many at once. `loginOf` and `addressOf` get the number of the guess. */
async function guess(
  count: number,
  loginOf: (at: number) => string,
  addressOf: (at: number) => string,
): Promise<Reply[]> {
  const replies = await Promise.all(
    Array.from({ length: count }, (_, at) => signIn(loginOf(at), `wrong password ${at}`, addressOf(at))),
  )
  for (const { status, text } of replies) assert.ok([401, 429, 503].includes(status), text)
  return replies
}

/** Asserts the number of guesses, except for effects of a slow machine: some waits end meanwhile, and some tries were only counted. */
function assertTried(replies: Reply[], expected: number, begun: number): void {
  const tried = triedIn(replies)
  const waitsOver = Math.floor((performance.now() - begun) / 30_000)
  assert.ok(tried >= expected - retries && tried <= expected + waitsOver, `${tried} were tried, not ${expected}`)
}

const triedIn = (replies: Reply[]) => replies.filter(({ status }) => status === 401).length

describe('guesses at the password of one account', () => {
  test('are limited to twenty from one network, however many arrive at once and by whatever login', async () => {
    const [home, elsewhere] = [freshAddress(), freshAddress()]
    const { username, stu_id } = await register(home)
    const logins = [username, stu_id, username.toUpperCase()]
    const addresses = [elsewhere, elsewhere.replace('::1', '::2'), elsewhere.replace('::1', ':3:4:5:6')]
    const begun = performance.now()
    const replies = await guess(
      95,
      (at) => logins[at % 3] as string,
      (at) => addresses[at % 3] as string,
    )
    assertTried(replies, 20, begun)
    const more = await guess(
      3,
      (at) => logins[at] as string,
      () => elsewhere,
    )
    assertTried(more, 0, begun)
  })

  test('count where a signed-in student enters the password again', async () => {
    const address = freshAddress()
    const { username, password, stu_id, stu_pwd } = await register(address)
    const as = basic(username, password)
    const routes = [
      ['PUT', '/users/me', { username: 'another' }],
      ['DELETE', '/users/me', {}],
      ['POST', '/users/me/student-number', { stu_id, stu_pwd }],
    ] as const
    const type = (at: number, typed: string) => {
      const [method, path, json] = routes[at % 3] as (typeof routes)[number]
      return patient(() =>
        campus.send(method, path, { as, json: { ...json, password: typed }, headers: from(address) }),
      )
    }
    const begun = performance.now()
    const replies = await Promise.all(Array.from({ length: 48 }, (_, at) => type(at, `wrong password ${at}`)))
    assertTried(replies, 20, begun)
    for (const { status, text } of replies) assert.ok([401, 429].includes(status), text)
    assert.equal((await type(1, password)).status, 204, 'a user who signed in from there is not locked out')
  })

  test('count where browsers sign in, together with those by Basic', async () => {
    const [home, elsewhere] = [freshAddress(), freshAddress()]
    const { username, password, stu_id } = await register(home)
    const session = (typed: string, address: string) =>
      patient(() => campus.post('/session', { username: stu_id, password: typed }, { headers: from(address) }))
    const begun = performance.now()
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        at % 2 === 0 ? session(`wrong password ${at}`, elsewhere) : signIn(username, `wrong ${at}`, elsewhere),
      ),
    )
    assertTried(replies, 20, begun)
    const refused = await session(password, elsewhere)
    assertError(refused, 429)
    assert.deepEqual(refused.headers.getSetCookie(), [])
    assert.match(refused.headers.get('ratelimit-policy') ?? '', /^"password";/)
    assert.equal((await session(password, home)).status, 200, 'from their own network the owner is not locked out')
  })

  test('are limited to twenty for an unknown name', async () => {
    const begun = performance.now()
    const address = freshAddress()
    const replies = await guess(
      40,
      () => 'nobody at all',
      () => address,
    )
    assertTried(replies, 20, begun)
  })

  test('get the time of the next try in headers too', async () => {
    const address = freshAddress()
    const [first] = await guess(
      1,
      () => 'nobody else',
      () => address,
    )
    assert.match(first?.headers.get('ratelimit-policy') ?? '', /^"passwords-from-address";q=100;w=900$/)
    assert.match(first?.headers.get('ratelimit') ?? '', /^"passwords-from-address";r=99;t=\d+$/)
    await guess(
      19,
      () => 'nobody else',
      () => address,
    )
    const [refused] = await guess(
      1,
      () => 'nobody else',
      () => address,
    )
    assert.ok(refused)
    assertError(refused, 429)
    const seconds = Number(refused.headers.get('retry-after'))
    assert.ok(seconds >= 1 && seconds <= 30, `${seconds} s: waits begin short`)
    assert.equal(refused.headers.get('ratelimit-policy'), '"password";q=20;w=3600')
    assert.equal(refused.headers.get('ratelimit'), `"password";r=0;t=${seconds}`)
  })

  test('do not lock the owner out, neither from another network nor from the same after a recent sign-in', async () => {
    const [shared, other] = [freshAddress(), freshAddress()]
    const { username, password, stu_id } = await register(shared)
    await guess(
      60,
      () => username,
      () => shared,
    )
    assertError(await signIn(username, 'wrong', shared), 429)
    for (const login of [stu_id, username]) assert.equal((await signIn(login, password, shared)).status, 200)
    assert.equal((await signIn(stu_id, password, other)).status, 200)
  })

  test('do not reveal an earlier verified login beyond the limit', async () => {
    const address = freshAddress()
    const { username, password } = await register(address)
    assert.equal((await signIn(username, password, address)).status, 200)
    for (let round = 0; round < 3; round++)
      await guess(
        60,
        () => username,
        () => address,
      )
    // Even if verified before: otherwise a guesser would learn that it is right.
    assertError(await signIn(username, password, address), 429)
    assert.equal((await signIn(username, password, freshAddress())).status, 200)
  })

  test('from many networks have a common limit, and the owner signs in from their own', async () => {
    const home = freshAddress()
    const { username, password } = await register(home)
    const begun = performance.now()
    const replies: Reply[] = []
    for (let round = 0; round < 3; round++) {
      const addresses = Array.from({ length: 45 }, freshAddress)
      replies.push(
        ...(await guess(
          45,
          () => username,
          (at) => addresses[at] as string,
        )),
      )
    }
    assertTried(replies, 100, begun)
    assertError(await signIn(username, password, freshAddress()), 429)
    assert.equal((await signIn(username, password, home)).status, 200)
  })

  test('do not count if the password is right', async () => {
    const address = freshAddress()
    const { username, password } = await register(freshAddress())
    const logins = Array.from({ length: 60 }, (_, at) => (at % 2 ? username : username.toUpperCase()))
    const replies = await Promise.all(logins.map((login) => signIn(login, password, address)))
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]))
    assert.equal(
      triedIn(
        await guess(
          20,
          () => username,
          () => address,
        ),
      ),
      20,
    )
  })
})

test("a user name equal to another user's number locks nobody out when guessed at", async () => {
  const [home, elsewhere] = [freshAddress(), freshAddress()]
  const owner = await register(home)
  const impostor = { ...campus.newcomer(), username: owner.stu_id }
  assert.equal((await campus.post('/register', impostor, { headers: from(elsewhere) })).status, 201)
  // By student number, so that only the impostor's account is tried.
  await guess(
    30,
    () => impostor.stu_id,
    () => home,
  )
  assert.equal((await signIn(owner.stu_id, owner.password, home)).status, 200)
  await guess(
    30,
    () => impostor.stu_id,
    () => elsewhere,
  )
  assert.equal((await signIn(owner.stu_id, owner.password, elsewhere)).status, 200)
})

describe('with the production cost of hashing', () => {
  keepPasswordCost()

  test('a login that looks like a number costs the same, with or without an account', async () => {
    const [one, other] = [await register(freshAddress()), await register(freshAddress())]
    const impostor = { ...campus.newcomer(), username: one.stu_id }
    assert.equal((await campus.post('/register', impostor, { headers: from(freshAddress()) })).status, 201)
    const logins = [one.stu_id, other.stu_id, campus.newcomer().stu_id]
    // Processor time, which other programs do not affect.
    const best = logins.map(() => Number.POSITIVE_INFINITY)
    for (let round = 0; round < 6; round++) {
      for (const [who, login] of logins.entries()) {
        const begun = process.cpuUsage()
        assertError(await signIn(login, 'wrong password', freshAddress()), 401)
        best[who] = Math.min(best[who] as number, process.cpuUsage(begun).user)
      }
    }
    assert.ok(Math.max(...best) < 1.5 * Math.min(...best), `${best}`)
  })
})

test('one password for many names is limited, and known users of that network can sign in', async () => {
  const [shared, other] = [freshAddress(), freshAddress()]
  const known = await register(shared)
  const stranger = await register(other)
  const replies: Reply[] = []
  for (let round = 0; round < 6; round++) {
    replies.push(
      ...(await guess(
        50,
        (at) => `reader ${round} ${at}`,
        () => shared,
      )),
    )
  }
  const tried = triedIn(replies)
  assert.ok(tried >= 100 - retries && tried <= 150, `${tried} were tried`)
  const refused = await signIn(stranger.username, stranger.password, shared)
  assertError(refused, 429)
  assert.ok(Number(refused.headers.get('retry-after')) <= 900)
  assert.equal((await signIn(known.stu_id, known.password, shared)).status, 200)
  assert.equal((await signIn(stranger.stu_id, stranger.password, other)).status, 200)
})

test('guesses at an existing registration count, and reveal neither password nor number', async () => {
  const [home, elsewhere] = [freshAddress(), freshAddress()]
  const owner = await register(home)
  const repeat = (changes: Partial<Newcomer>, address = elsewhere) =>
    campus.post('/register', { ...owner, stu_pwd: 'unknown', ...changes }, { headers: from(address) })
  const wrong = await Promise.all(Array.from({ length: 40 }, (_, at) => repeat({ password: `wrong password ${at}` })))
  for (const reply of wrong) if (reply.status !== 503) assertError(reply, 400, '用户已经存在。')
  assertError(await signIn(owner.username, 'wrong password', elsewhere), 429)
  assertError(await repeat({}), 400, '用户已经存在。')
  assert.equal((await repeat({}, home)).status, 200)
})

// The queue of passwords is in the memory of a process, whatever the database.
const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? describe : () => undefined

for (const THROTTLE of ['on', 'off']) {
  const settings = { THROTTLE, TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'error' }

  onSqlite(`with the production cost of hashing and THROTTLE=${THROTTLE}`, () => {
    keepPasswordCost()
    const flooded = openCampus(settings)

    test('right passwords get their share of the hashing, whatever arrives from other networks', async () => {
      const owner = await flooded.register()
      const flood = Array.from({ length: 160 }, (_, at) =>
        flooded.send('GET', '/token', {
          as: basic(`random ${at}`, 'whatever'),
          headers: from(`2001:db8:1:${at % 2}::1`),
        }),
      )
      // One response, and the queue is full.
      await Promise.race(flood)
      // Not by the cached header.
      const as = basic(owner.username.toUpperCase(), owner.password)
      const reply = await patient(() => flooded.send('GET', '/token', { as, headers: from(freshAddress()) }))
      assert.equal(reply.status, 200, reply.text)
      const statuses = (await Promise.all(flood)).map(({ status }) => status)
      assert.ok(statuses.includes(503), 'the queue was full')
      for (const status of statuses) assert.ok([401, 429, 503].includes(status), String(status))
    })
  })

  describe(`with THROTTLE=${THROTTLE}`, () => {
    const guessed = openCampus(settings)

    test(`guesses are ${THROTTLE === 'on' ? '' : 'not '}limited`, async () => {
      const address = freshAddress()
      const statuses: number[] = []
      for (let time = 0; time < 22; time++) {
        const as = basic('somebody', `wrong password ${time}`)
        const reply = await patient(() => guessed.send('GET', '/token', { as, headers: from(address) }))
        statuses.push(reply.status)
      }
      assert.deepEqual(statuses, [...Array(20).fill(401), ...Array(2).fill(THROTTLE === 'on' ? 429 : 401)])
    })
  })
}
