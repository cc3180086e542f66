import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openCasBrowser } from '../schools/cas-browser.ts'
import { type CasServer, startCasServer } from '../schools/cas-server.ts'
import { type Service, startService } from '../support/service.ts'

const student = { studentNumber: '2017010101', schoolPassword: 'only for the page of the school' }
let school: CasServer
let service: Service
let base: string

before(async () => {
  school = await startCasServer([
    student,
    { ...student, studentNumber: '2017010102' },
    { ...student, studentNumber: '2017010103' },
  ])
  service = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url })
  base = `${service.address}/api/v1.0`
})
after(async () => {
  await service.close()
  await school.close()
})

/** Follows a browser's path from the first redirect to the callback. */
async function walk(studentNumber: string, query = ''): Promise<{ callback: string; cookie: string }> {
  const begun = await fetch(`${base}/register/cas${query}`, { redirect: 'manual' })
  assert.equal(begun.status, 302)
  const cookie = begun.headers.get('set-cookie') ?? ''
  assert.match(cookie, /^occupy_cas=[\w-]{43}(?:\.web)?; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
  const browser = openCasBrowser()
  try {
    const callback = await browser.logIn(begun.headers.get('location') ?? '', { ...student, studentNumber })
    assert.ok(callback)
    return { callback: callback.href, cookie: cookie.split(';')[0] ?? '' }
  } finally {
    await browser.close()
  }
}

async function ticketOf(studentNumber: string): Promise<string> {
  const { callback, cookie } = await walk(studentNumber)
  const answer = await fetch(callback, { headers: { cookie } })
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { ticket: string }).ticket
}

async function post(path: string, body: object, key?: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    body: JSON.stringify(body),
  })
  return { status: answer.status, text: await answer.text() }
}

test('a successful registration uses its ticket up, once among many, and a failed one does not', async () => {
  const ticket = await ticketOf(student.studentNumber)
  const refused = await post('/register', { username: 'ann', password: 'short', ticket })
  assert.equal(refused.status, 400)
  const names = Array.from({ length: 10 }, (_, index) => `ann${index}`)
  const answers = await Promise.all(
    names.map((username) => post('/register', { username, password: 'quiet-reading-room', ticket })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(400)])
  const again = await post('/recover', { password: 'another-reading-room', ticket })
  assert.equal(again.status, 400)
  const fresh = await post('/recover', {
    password: 'another-reading-room',
    ticket: await ticketOf(student.studentNumber),
  })
  assert.equal(fresh.status, 200)
})

test('a registration repeated with its key gets the same response, although its ticket is used up', async () => {
  const body = { username: 'bob', password: 'quiet-reading-room', ticket: await ticketOf('2017010103') }
  const first = await post('/register', body, 'the-key-of-bob')
  assert.equal(first.status, 201)
  assert.deepEqual(await post('/register', body, 'the-key-of-bob'), first)
  assert.equal((await post('/register', { ...body, username: 'eve' }, 'the-key-of-eve')).status, 400)
})

test('a browser that did not start the login, and a replayed or missing service ticket, get no registration ticket', async () => {
  const { callback, cookie } = await walk('2017010102')
  assert.equal((await fetch(callback)).status, 400)
  // A neighbouring host can set a second one over plain HTTP. The service cannot tell which of the two is its own.
  for (const both of [`${cookie}; ${cookie}`, `occupy_cas=${'s'.repeat(43)}; ${cookie}`])
    assert.equal((await fetch(callback, { headers: { cookie: both } })).status, 400)
  assert.equal((await fetch(callback, { headers: { cookie } })).status, 200)
  const replayed = await fetch(callback, { headers: { cookie } })
  assert.equal(replayed.status, 400)
  assert.match(await replayed.text(), /学校登录凭证无效、已过期或已使用/)
  assert.equal((await fetch(`${base}/register/cas/callback`)).status, 400)
})

test('over HTTPS the cookie has the prefix __Host-, and a cookie set by another host starts nothing', async () => {
  const secure = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url, TRUST_PROXY: '127.0.0.1' })
  const ask = (url: string, headers = {}) =>
    fetch(url, { headers: { 'x-forwarded-proto': 'https', ...headers }, redirect: 'manual' })
  const browser = openCasBrowser()
  try {
    const begun = await ask(`${secure.address}/api/v1.0/register/cas`)
    const cookie = begun.headers.get('set-cookie') ?? ''
    assert.match(cookie, /^__Host-occupy_cas=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/)
    const callback = await browser.logIn(begun.headers.get('location') ?? '', {
      ...student,
      studentNumber: '2017010102',
    })
    assert.equal(callback?.protocol, 'https:')
    const here = callback.href.replace('https:', 'http:')
    const [own = ''] = cookie.split(';')
    const planted = own.replace('__Host-', '')
    assert.equal((await ask(here, { cookie: planted })).status, 400)
    const ended = await ask(here, { cookie: `${planted}.web; ${own}` })
    assert.equal(ended.status, 200)
    const removed = '__Host-occupy_cas=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'
    assert.equal(ended.headers.get('set-cookie'), removed)
  } finally {
    await browser.close()
    await secure.close()
  }
})

test('with return=web the login ends on the page, with the ticket only in the fragment', async () => {
  const { callback, cookie } = await walk('2017010102', '?return=web')
  assert.doesNotMatch(callback, /web/)
  const ended = await fetch(callback, { headers: { cookie }, redirect: 'manual' })
  assert.equal(ended.status, 303)
  assert.equal(ended.headers.get('set-cookie'), 'occupy_cas=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0')
  const location = ended.headers.get('location') ?? ''
  const [, ticket = ''] = location.split('#ticket=')
  assert.equal(location, `${service.address}/register#ticket=${ticket}`)
  const account = { username: 'from-the-web', password: 'quiet-reading-room', ticket }
  assert.equal((await post('/register', account)).status, 201)

  const brokenOff = await fetch(`${base}/register/cas/callback`, { headers: { cookie }, redirect: 'manual' })
  assert.equal(brokenOff.status, 303)
  assert.match(brokenOff.headers.get('location') ?? '', /\/register#error=parameter-missing$/)
  const replayed = await fetch(callback, { headers: { cookie }, redirect: 'manual' })
  assert.deepEqual(
    [replayed.status, replayed.headers.get('location')],
    [303, `${service.address}/register#error=ticket-invalid`],
  )
  for (const elsewhere of ['https://evil.example', '//evil.example', '/users', 'web.evil', 'web&return=//evil', '']) {
    const refused = await fetch(`${base}/register/cas?return=${elsewhere}`, { redirect: 'manual' })
    assert.equal(refused.status, 400, elsewhere)
    assert.match(await refused.text(), /return/)
  }
  const planted = { cookie: `${cookie.replace('.web', './/evil.example')}` }
  assert.equal((await fetch(callback, { headers: planted, redirect: 'manual' })).status, 400)
})

test('a browser that returns without its cookie gets the page, and a program gets JSON', async () => {
  const { callback, cookie } = await walk('2017010102', '?return=web')
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
  const ask = async (headers: Record<string, string>) => {
    const { status, headers: answered } = await fetch(callback, { headers, redirect: 'manual' })
    return [status, answered.get('location')]
  }
  const toPage = [303, `${service.address}/register#error=foreign-browser`]
  assert.deepEqual(await ask({ accept }), toPage)
  assert.deepEqual(await ask({ accept, cookie: 'occupy_cas=nonsense' }), toPage)
  assert.deepEqual(await ask({ accept: '*/*' }), [400, null])
  // This browser started a login that ends in JSON.
  assert.deepEqual(await ask({ accept, cookie: `occupy_cas=${'s'.repeat(43)}` }), [400, null])
  assert.match(String(await ask({ accept, cookie })), /#ticket=/)

  const alone = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url, WEB: 'off' })
  const { pathname, search } = new URL(callback)
  const answer = await fetch(alone.address + pathname + search, { headers: { accept }, redirect: 'manual' })
  assert.equal(answer.status, 400)
  await alone.close()
})

test('a modified ticket, and a student number and password in place of one, register nobody', async () => {
  const ticket = await ticketOf('2017010102')
  const account = { username: 'tampering', password: 'quiet-reading-room' }
  assert.equal((await post('/register', { ...account, ticket: `A${ticket.slice(1, -1)}A` })).status, 400)
  assert.equal((await post('/register', { ...account, stu_id: '2017010102', stu_pwd: 'x' })).status, 400)
})

test('a rate limit stops tickets that the school does not know, and locks nobody else out', async () => {
  const asked = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url, TRUST_PROXY: '127.0.0.1', THROTTLE: 'on' })
  try {
    const state = 's'.repeat(43)
    const callback = `${asked.address}/api/v1.0/register/cas/callback?ticket=ST-forged&state=${state}`
    const sendForged = (address: string) =>
      fetch(callback, { headers: { cookie: `occupy_cas=${state}`, 'x-forwarded-for': address } })
    const statuses: number[] = []
    for (let ticket = 0; ticket < 22; ticket++) statuses.push((await sendForged('192.0.2.1')).status)
    assert.deepEqual(statuses, [...Array(20).fill(400), 429, 429])
    assert.equal((await sendForged('192.0.2.2')).status, 400, 'its own ticket is judged')
    const many = await Promise.all(Array.from({ length: 20 }, () => sendForged('192.0.2.3')))
    assert.ok(
      many.some(({ status }) => status === 503),
      'one address has a share of the queue',
    )
  } finally {
    await asked.close()
  }
})
