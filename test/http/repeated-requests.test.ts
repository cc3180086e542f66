import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { basic, send } from '../contract/client.ts'
import { startService } from '../support/service.ts'

const queries = [
  ...['', '?', '?order=asc', '?order=desc', '?per_page=1', '?per_page=7&order=desc', '?order=desc&per_page=7'],
  ...['?per_page=99', '?per_page=100', '?per_page=0', '?per_page=101', '?per_page=07', '?per_page=1e1', '?per_page='],
  ...['?per_page=5&per_page=6', '?order=desc&order=asc', '?order=up', '?page=2', '?page=1&per_page=5', '?unknown=1'],
  ...['?running=1', '?order=desc&', '?&', '?per%5Fpage=3', '?PER_PAGE=3', '?per_page=5&from=x', '?cursor=', '?order'],
]
const paths = [
  ...['/studys', '/users/1/studys/', '/users/1/studys'].flatMap((path) => queries.map((query) => path + query)),
  ...['/studys/1', '/studys/1/', '/studys/999', '/studys/01', '/users/1', '/users/me', '/users/2', '/users/2/studys/'],
]

test('a repeated request gets the same response, whatever was cached of the first', async (t) => {
  const { base, as } = await startWithRecords(t)
  for (const path of paths) {
    const [first, second] = [await send('GET', base + path, { as }), await send('GET', base + path, { as })]
    assert.deepEqual(comparable(second), comparable(first), path)
    const head = await send('HEAD', base + path, { as })
    assert.deepEqual(comparable(head), { ...comparable(first), text: '' }, `HEAD ${path}`)
  }
})

test('a cached page equals the same page by number', async (t) => {
  const { base, as } = await startWithRecords(t)
  const own = `${base}/users/1/studys/`
  for (const query of ['per_page=5', 'per_page=5&order=desc', 'order=asc', 'order=desc']) {
    await send('GET', `${own}?${query}`, { as })
    const cached = JSON.parse((await send('GET', `${own}?${query}`, { as })).text)
    const numbered = JSON.parse((await send('GET', `${own}?${query}&page=1`, { as })).text)
    assert.deepEqual(cached, numbered, query)
    assert.ok(new URL(cached.next).search.startsWith(`?${query}&cursor=`), 'the link keeps its own query')
  }
})

test('a cached page is used only for the host that was requested', async (t) => {
  const { base, as } = await startWithRecords(t)
  const other = base.replace('127.0.0.1', 'localhost')
  for (const origin of [base, other, base, other]) {
    const { text } = await send('GET', `${origin}/users/1/studys/`, { as })
    for (const { url } of JSON.parse(text).studys) assert.ok(url.startsWith(`${origin}/studys/`), url)
  }
})

test('only the password gets a token, even if a token was verified before', async (t) => {
  const { base, as: byPassword } = await startWithRecords(t)
  const tokens = [
    await send('GET', `${base}/token`, { as: byPassword }),
    await send('GET', `${base}/token`, { as: byPassword }),
  ]
  assert.deepEqual(
    tokens.map(({ status, text }) => [status, JSON.parse(text).expiration]),
    [200, 200].map((status) => [status, 3600]),
  )
  const as = basic(JSON.parse(tokens[0]?.text ?? '').token, '')
  for (let time = 0; time < 3; time++) {
    assert.equal((await send('GET', `${base}/users/me`, { as })).status, 200)
    assert.equal((await send('GET', `${base}/token`, { as })).status, 401)
  }
})

async function startWithRecords(t: TestContext) {
  const service = await startService()
  t.after(() => service.close())
  const base = `${service.address}/api/v1.0`
  const student = { stu_id: '2017999002', stu_pwd: 'school' }
  service.school.addStudent({ studentNumber: student.stu_id, schoolPassword: student.stu_pwd })
  const ann = { username: 'ann', password: 'a quiet reading room' }
  assert.equal((await send('POST', `${base}/register`, { json: { ...ann, ...student } })).status, 201)
  const as = basic(ann.username, ann.password)
  for (let day = 1; day <= 25; day++) {
    const json = { start_time: `2024-03-${String(day).padStart(2, '0')} 08:00:00` }
    assert.equal((await send('POST', `${base}/studys/`, { as, json })).status, 201)
  }
  return { base, as }
}

/** All except what is new in each response (such as last_seen), and headers of the connection. */
function comparable({ status, headers, text }: Awaited<ReturnType<typeof send>>) {
  const kept = [...headers].filter(([name]) => !['date', 'x-request-id', 'connection', 'keep-alive'].includes(name))
  return { status, headers: Object.fromEntries(kept), text: text.replace(/"last_seen":"[^"]*"/, '"last_seen":"…"') }
}
