import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { startSimulatedSchool } from '../../src/tools/simulated-school/simulated-school.ts'
import { assertError, errorText } from '../contract/assert-error.ts'
import type { Reply } from '../contract/client.ts'
import { idOf, userOf } from '../contract/resources.ts'
import { keepPasswordCost } from '../support/password-cost.ts'
import { patience } from '../support/patience.ts'
import { makePlace, spawnService } from '../support/running-service.ts'
import { type Newcomer, openCampus } from './campus.ts'

const oneSeat = { bounds: { guard: { queueLength: 1 } } }
const single = { SCHOOL_CONCURRENCY: '1' }

const placeOf = (reply: Reply) => reply.headers.get('waiting-place') ?? ''
const numberOf = (reply: Reply) => Number.parseInt(placeOf(reply), 10)
const waitOf = (reply: Reply) => Number(reply.headers.get('retry-after'))

/** One call takes far longer than a password hash, so that accounts are created in the order of the logins. */
const longerThanHashing = { name: 'slow', ms: patience(100), at: 'every' } as const

/** What successive students do at this campus. */
function queueAt(campus: ReturnType<typeof openCampus>) {
  const post = (newcomer: Newcomer, headers: Record<string, string> = {}) =>
    campus.post('/register', newcomer, { headers })

  /** While someone is at the school, and all seats are taken. `afterwards` is the school's next fault. */
  async function whileFull<T>(work: () => Promise<T>, afterwards?: typeof longerThanHashing): Promise<T> {
    campus.school.setFault({ name: 'slow', ms: 500, at: 'every' })
    let isFull = false
    const fillers: Promise<unknown>[] = []
    async function fill(newcomer: Newcomer): Promise<void> {
      const reply = await post(newcomer)
      isFull ||= reply.status === 503
      await untilIn(newcomer, reply)
    }
    while (!isFull) {
      fillers.push(fill(campus.newcomer()))
      await setTimeout(20)
    }
    try {
      return await work()
    } finally {
      campus.school.setFault(afterwards)
      await Promise.all(fillers)
    }
  }

  async function untilIn(newcomer: Newcomer, last: Reply, knowsPlaces = true): Promise<number> {
    let reply = last
    for (const begun = performance.now(); reply.status === 503 && performance.now() - begun < patience(90_000); ) {
      await setTimeout(waitOf(reply) * 1000)
      reply = await post(newcomer, knowsPlaces ? { 'waiting-place': placeOf(reply) } : {})
    }
    assert.equal(reply.status, 201, reply.text)
    return idOf(userOf(reply, 201).url)
  }

  return { post, whileFull, untilIn }
}

type WaitingQueue = ReturnType<typeof queueAt> & { campus: ReturnType<typeof openCampus> }

/** With a new service: a queue that has measured a slow school estimates long waits, in which earlier clients may go first. */
function onFreshQueue(name: string, run: (line: WaitingQueue) => Promise<void>): void {
  describe(name, () => {
    const campus = openCampus(single, oneSeat)
    test('the waiting room of a busy school', () => run({ ...queueAt(campus), campus }))
  })
}

for (const knowsPlaces of [true, false]) {
  onFreshQueue(
    `a client that comes back ${knowsPlaces ? 'with' : 'without'} its place is served before later ones`,
    async ({ campus, post, whileFull, untilIn }) => {
      const [older, younger] = [campus.newcomer(), campus.newcomer()]
      const { both } = await whileFull(async () => {
        const first = await post(older)
        const second = await post(younger)
        // Not awaited: the school must be fast again.
        return { both: Promise.all([untilIn(older, first, knowsPlaces), untilIn(younger, second, knowsPlaces)]) }
      }, longerThanHashing)
      const ids = await both
      assert.ok((ids[0] ?? 0) < (ids[1] ?? 0))
    },
  )
}

onFreshQueue(
  'a 503 states the place, how many are ahead, and when to retry, in both languages',
  async ({ campus, post, whileFull, untilIn }) => {
    const newcomer = campus.newcomer()
    const [chinese, english] = await whileFull(async () => [
      await post(newcomer),
      await post(campus.newcomer(), { 'accept-language': 'en' }),
    ])
    assertError(chinese as Reply, 503)
    assert.deepEqual(Object.keys((chinese as Reply).body as object).sort(), ['error', 'message'])
    for (const reply of [chinese, english] as Reply[]) {
      assert.match(placeOf(reply), /^[1-9]\d*\.[\w-]{43}$/)
      assert.ok(waitOf(reply) >= 1)
      const ahead = reply.headers.get('waiting-ahead') ?? ''
      assert.match(ahead, /^[1-9]\d*$/)
      assert.ok(errorText(reply).includes(` ${ahead} `))
    }
    assert.match(errorText(english as Reply), /are ahead of you/)
    await untilIn(newcomer, chinese as Reply)
  },
)

onFreshQueue('a student has one place; a forged or foreign one is ignored', async ({ campus, post, whileFull }) => {
  const [newcomer, other] = [campus.newcomer(), campus.newcomer()]
  await whileFull(async () => {
    const first = await post(newcomer)
    assert.equal(placeOf(await post(newcomer)), placeOf(first))
    assert.equal(placeOf(await post(newcomer, { 'waiting-place': placeOf(first) })), placeOf(first))
    const forged = [placeOf(first), placeOf(first).replace(/^\d+/, '1'), '1', `1.${'A'.repeat(43)}`, 'x'.repeat(5000)]
    for (const place of forged) {
      assert.ok(numberOf(await post(other, { 'waiting-place': place })) > numberOf(first), place)
    }
  })
})

onFreshQueue('a wrong password does not lose the place', async ({ campus, post, whileFull }) => {
  const newcomer = campus.newcomer()
  const first = await whileFull(() => post(newcomer))
  await setTimeout(waitOf(first) * 1000)
  const wrong = await post({ ...newcomer, stu_pwd: 'a typing error' }, { 'waiting-place': placeOf(first) })
  assertError(wrong, 400, '402, 账号或密码错误')
  // Before all the others: a new client finds no seat.
  assert.equal((await whileFull(() => post(newcomer))).status, 201)
})

onFreshQueue('clients that do not come back block nobody', async ({ campus, post, whileFull, untilIn }) => {
  const strangers = Array.from({ length: 30 }, () => campus.newcomer())
  await whileFull(() => Promise.all(strangers.map((stranger) => post(stranger))))
  const begun = performance.now()
  const newcomer = campus.newcomer()
  await untilIn(newcomer, await post(newcomer))
  assert.ok(performance.now() - begun < 25_000)
  await campus.assertStoredNowhere([newcomer, ...strangers].flatMap(({ stu_id, stu_pwd }) => [stu_id, stu_pwd]))
})

// The queue of passwords is in the memory of a process, whatever the database.
const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? describe : () => undefined

onSqlite('a student verified by the school', () => {
  keepPasswordCost()
  const campus = openCampus()

  test('gets an account, however many passwords wait to be hashed', async () => {
    campus.school.setFault({ name: 'slow', ms: 100, at: 'every' })
    const registered = campus.post('/register', campus.newcomer())
    while (campus.school.requests.length === 0) await setTimeout(5)
    const flood = Array.from({ length: 250 }, (_, at) =>
      campus.send('GET', '/token', { headers: { authorization: `Basic ${btoa(`nobody${at}:wrong`)}` } }),
    )
    assert.equal((await registered).status, 201)
    const statuses = (await Promise.all(flood)).map(({ status }) => status)
    assert.ok(statuses.includes(503), 'the queue was full')
  })
})

test('a process that dies frees its places at the school', { timeout: 120_000 }, async () => {
  const students = ['4200000001', '4200000002'].map((studentNumber) => ({ studentNumber, schoolPassword: 'demo' }))
  const school = await startSimulatedSchool({ students })
  const place = await makePlace()
  const settings = { ...single, SCHOOL: 'kingosoft', SCHOOL_LOGIN: 'k1', SCHOOL_URL: school.url }
  const register = (address: string, at: number) =>
    fetch(`${address}/api/v1.0/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        username: `student${at}`,
        password: 'quiet reading room',
        stu_id: students[at]?.studentNumber,
        stu_pwd: 'demo',
      }),
    })
  const first = await spawnService(place, settings)
  try {
    school.setFault({ name: 'hang', at: 'every' })
    const lost = register(first.address, 0).catch(() => undefined)
    while (school.requests.length === 0) await setTimeout(20)
    await first.end('SIGKILL')
    await lost
    school.setFault(undefined)
    const second = await spawnService(place, settings)
    try {
      let status = 503
      for (const begun = performance.now(); status === 503 && performance.now() - begun < 60_000; ) {
        const reply = await register(second.address, 1)
        status = reply.status
        if (status === 503) await setTimeout(Number(reply.headers.get('retry-after')) * 1000)
      }
      assert.equal(status, 201)
    } finally {
      await second.end()
    }
  } finally {
    await school.close()
    await place.remove()
  }
})
