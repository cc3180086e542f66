import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { assertError } from '../contract/assert-error.ts'
import { bearer, type Credentials } from '../contract/client.ts'
import { openStream, type Stream, type StreamOptions } from '../support/event-stream.ts'
import { until } from '../support/patience.ts'
import { openCampus } from './campus.ts'

const campus = openCampus()
const streams: Stream[] = []
after(() => {
  for (const stream of streams) stream.close()
})

async function listen(as: Credentials, options: Partial<StreamOptions> = {}): Promise<Stream> {
  const stream = await openStream(campus.service.address, { as, ...options })
  streams.push(stream)
  return stream
}

async function join() {
  const newcomer = await campus.register()
  return { ...newcomer, as: bearer(newcomer.token) }
}

type Member = Awaited<ReturnType<typeof join>>

const start = ({ as }: Member) => campus.post('/studys/', {}, { as })
const stop = ({ as }: Member) => campus.send('PUT', '/studys/running', { as })
const show = ({ as }: Member, visibility: string) =>
  campus.send('PUT', '/users/me/settings', { as, json: { visibility } })
const is =
  ({ username }: Member) =>
  (data: Record<string, unknown>) =>
    data.username === username

async function now(as: Credentials): Promise<Record<string, unknown>> {
  const reply = await campus.send('GET', '/live', { as })
  assert.equal(reply.status, 200, reply.text)
  return reply.body as Record<string, unknown>
}

async function rows(as: Credentials, query = ''): Promise<Record<string, unknown>[]> {
  const reply = await campus.send('GET', `/live/students${query}`, { as })
  assert.equal(reply.status, 200, reply.text)
  return (reply.body as { students: Record<string, unknown>[] }).students
}

test('requires credentials, for a stream too', async () => {
  for (const path of ['/live', '/live/students']) {
    assertError(await campus.send('GET', path), 401)
    assertError(await campus.send('GET', path, { as: bearer('no token') }), 401)
  }
  assert.equal((await listen({})).status, 401)
  assert.equal((await listen(bearer('no token'))).status, 401)
})

test('rejects a bad query and names the parameter', async () => {
  const { as } = await join()
  for (const query of ['per_page=0', 'per_page=101', 'order=up']) {
    const name = new RegExp(query.split('=')[0] ?? '')
    assertError(await campus.send('GET', `/live/students?${query}`, { as }), 400, name)
  }
  // A cursor of another list is invalid here.
  for (const cursor of ['x', Buffer.from('a1700000000,1').toString('base64url'), 'A'.repeat(22)]) {
    assertError(await campus.send('GET', `/live/students?cursor=${cursor}`, { as }), 400)
  }
})

test('JSON and stream contain the same numbers', async () => {
  const ann = await join()
  const json = await now(ann.as)
  assert.deepEqual(Object.keys(json).sort(), ['server_time', 'studying', 'today_seconds'])
  const stream = await listen(ann.as)
  assert.equal(stream.status, 200)
  assert.match(String(stream.headers['content-type']), /^text\/event-stream/)
  assert.equal(stream.headers['cache-control'], 'no-store')
  assert.equal(stream.headers['x-accel-buffering'], 'no')
  assert.equal(stream.headers.vary, 'Accept')
  assert.ok(stream.headers['x-request-id'])
  const { id } = await stream.next(
    'count',
    (data) => data.studying === json.studying && data.today_seconds === json.today_seconds,
  )
  assert.match(id, /^\d+\.[\w-]+\.\d+$/)
  assert.match(stream.text(), /^retry: \d+\n\n/)

  await start(ann)
  assert.equal((await now(ann.as)).studying, Number(json.studying) + 1)
  await stream.next('count', ({ studying }) => studying === Number(json.studying) + 1)
  await stop(ann)
  await stream.next('count', ({ studying }) => studying === json.studying)
})

test('records of today add to the totals once they end', async () => {
  const ann = await join()
  const { today_seconds: before } = await now(ann.as)
  const stream = await listen(ann.as)
  const start_time = new Date(Date.now() - 5000).toISOString().slice(0, 19).replace('T', ' ')
  await campus.post('/studys/', { start_time }, { as: ann.as })
  await stop(ann)
  const { data } = await stream.next('count', ({ today_seconds }) => Number(today_seconds) > Number(before))
  // A day may start within these five seconds.
  assert.ok(Number(data.today_seconds) <= Number(before) + 60)
})

test('HEAD and a request for JSON open no stream', async () => {
  const { as } = await join()
  const head = await campus.send('HEAD', '/live', { as, headers: { accept: 'text/event-stream' } })
  assert.equal(head.status, 200)
  for (const accept of ['application/json, text/event-stream;q=0.5', 'text/event-stream;q=0', '*/*', 'text/html']) {
    const reply = await campus.send('GET', '/live', { as, headers: { accept } })
    assert.match(String(reply.headers.get('content-type')), /^application\/json/)
  }
})

test('starts and stops are sent as events, and the list has the same rows', async () => {
  const [ann, bob] = await Promise.all([join(), join()])
  const stream = await listen(ann.as)
  await stream.next('count')
  const { body } = await start(bob)
  const { creator, start_time } = body as { creator: string; start_time: string }
  const { data: row } = await stream.next('start', is(bob))
  assert.deepEqual({ ...row, key: '' }, { key: '', user: creator, username: bob.username, since: start_time })
  assert.deepEqual((await rows(ann.as, '?per_page=100')).find(is(bob)), row)
  // A start ends the running record.
  await start(bob)
  assert.deepEqual((await stream.next('end', is(bob))).data, row)
  const { data: second } = await stream.next('start', is(bob))
  assert.notEqual(second.key, row.key)
  await stop(bob)
  assert.deepEqual((await stream.next('end', is(bob))).data, second)
  assert.equal((await rows(ann.as, '?per_page=100')).find(is(bob)), undefined)
})

describe('visibility', () => {
  test('a hidden student is in no number, event or list', async () => {
    const [ann, bob, eve] = await Promise.all([join(), join(), join()])
    await show(eve, 'only_me')
    const data = await now(ann.as)
    const stream = await listen(ann.as)
    await start(eve)
    await start(bob)
    await stream.next('start', is(bob))
    await stream.next('count', ({ studying }) => studying === Number(data.studying) + 1)
    assert.ok(!(await rows(ann.as, '?per_page=100')).some(is(eve)))
    await stop(eve)
    await stop(bob)
    await stream.next('end', is(bob))
    assert.ok(!stream.text().includes(eve.username))
    assert.equal(stream.events.filter(({ event }) => event === 'start').length, 1)
  })

  test('an unnamed student is counted and listed, without any identifier', async () => {
    const [ann, eve] = await Promise.all([join(), join()])
    await show(eve, 'ranked_anonymously')
    const data = await now(ann.as)
    const stream = await listen(ann.as)
    const { body } = await start(eve)
    const { id, start_time } = body as { id: number; start_time: string }
    const { data: row } = await stream.next('start', ({ username }) => username === null)
    assert.equal(row.user, null)
    assert.equal(row.since, `${start_time.slice(0, 15)}0:00`)
    await stream.next('count', ({ studying }) => studying === Number(data.studying) + 1)
    // The links of pages contain neither the name nor the id of the record.
    for (const order of ['asc', 'desc']) {
      for (let path: string | null = `/live/students?per_page=1&order=${order}`; path !== null; ) {
        const { text, body: page } = await campus.send('GET', path, { as: ann.as })
        assert.ok(!text.includes(eve.username))
        const { next, students } = page as { next: string | null; students: { username: string | null }[] }
        const cursor = Buffer.from(new URL(next ?? 'http://x').searchParams.get('cursor') ?? '', 'base64url')
        if (students[0]?.username === null) assert.ok(!cursor.toString('latin1').includes(String(id)))
        path = next?.slice(next.indexOf('/live')) ?? null
      }
    }
    await stop(eve)
    assert.deepEqual((await stream.next('end', ({ username }) => username === null)).data, row)
    assert.ok(!stream.text().includes(eve.username))
  })

  test('a change of visibility during study is sent, and the row without a name is a new one', async () => {
    const [ann, eve] = await Promise.all([join(), join()])
    const stream = await listen(ann.as)
    await start(eve)
    const { data: named } = await stream.next('start', is(eve))
    await show(eve, 'ranked_anonymously')
    assert.deepEqual((await stream.next('end', is(eve))).data, named)
    const { data: anonymous } = await stream.next('start', ({ username }) => username === null)
    assert.notEqual(anonymous.key, named.key)
    await show(eve, 'only_me')
    assert.deepEqual((await stream.next('end', ({ username }) => username === null)).data, anonymous)
    await show(eve, 'everyone')
    assert.deepEqual((await stream.next('start', is(eve))).data, named)
    // The end of the account is sent too.
    await campus.send('DELETE', '/users/me', { as: eve.as, json: { password: eve.password } })
    await stream.next('end', is(eve))
  })
})

test('pages contain everyone once, forwards and backwards', async () => {
  const members = await Promise.all(Array.from({ length: 5 }, join))
  for (const member of members) await start(member)
  const [{ as }] = members as [Member]
  const all = await rows(as, '?per_page=100')
  for (const order of ['asc', 'desc']) {
    const walked: unknown[][] = []
    let last: string | null = null
    for (let path: string | null = `/live/students?per_page=2&order=${order}`; path !== null; ) {
      const { body } = await campus.send('GET', path, { as })
      const page = body as { count: number; next: string | null; prev: string | null; students: unknown[] }
      assert.equal(page.count, all.length)
      assert.equal(page.prev === null, walked.length === 0)
      walked.push(page.students)
      last = page.prev
      path = page.next?.slice(page.next.indexOf('/live')) ?? null
    }
    assert.deepEqual(walked.flat(), order === 'asc' ? all : all.toReversed())
    const back: unknown[][] = []
    for (let path = last; path !== null; ) {
      const { body } = await campus.send('GET', path.slice(path.indexOf('/live')), { as })
      const page = body as { prev: string | null; students: unknown[] }
      back.unshift(page.students)
      path = page.prev
    }
    assert.deepEqual(back, walked.slice(0, -1))
  }
  for (const member of members) await stop(member)
})

describe('a listener who reconnects', () => {
  test('gets the missed events, once', async () => {
    const [ann, bob] = await Promise.all([join(), join()])
    const first = await listen(ann.as)
    await start(bob)
    const { id, data: row } = await first.next('start', is(bob))
    first.close()
    await stop(bob)
    await until(async () => !(await rows(ann.as, '?per_page=100')).some(is(bob)), 'he has stopped')
    const second = await listen(ann.as, { lastEventId: id })
    assert.deepEqual((await second.next('end', is(bob))).data, row)
    await second.next('count')
    assert.ok(!second.events.some(({ event, data }) => event === 'reset' || (event === 'start' && is(bob)(data))))
  })

  test('gets a reset if that is impossible', async () => {
    const { as } = await join()
    for (const lastEventId of ['1.abc.1', 'x', '', '99999999999.abc.1']) {
      const stream = await listen(as, { lastEventId })
      await stream.next('count')
      // Events of others may follow already.
      assert.deepEqual(
        stream.events.slice(0, 2).map(({ event }) => event),
        ['reset', 'count'],
      )
      stream.close()
    }
  })
})

test('an account may have eight streams, and closing one makes room', async () => {
  const { as } = await join()
  const open = await Promise.all(Array.from({ length: 8 }, () => listen(as)))
  assert.deepEqual(
    open.map(({ status }) => status),
    Array(8).fill(200),
  )
  const refused = await campus.send('GET', '/live', { as, headers: { accept: 'text/event-stream' } })
  assertError(refused, 429)
  assert.match(String(refused.headers.get('retry-after')), /^\d+$/)
  open[0]?.close()
  await until(async () => {
    const again = await listen(as)
    return again.status === 200
  }, 'a stream can be opened again')
})
