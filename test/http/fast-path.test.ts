import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import { drain } from '../../src/http/drain.ts'
import { errors } from '../../src/http/errors.ts'
import { type FastRoute, fastFailures, fastPath } from '../../src/http/fast-path.ts'
import { DomainError } from '../../src/shared/errors.ts'
import { basic, send } from '../contract/client.ts'
import { startService } from '../support/service.ts'

/** Without a proxy to be believed it changes no answer, but sends a request by the framework's way. */
const slowly = { 'x-forwarded-host': 'elsewhere.example' }

test('what is answered past the framework is what the framework answers', async (t) => {
  const { base, as } = await startForAnn(t)
  for (let day = 10; day < 35; day++) {
    const json = { start_time: `2024-0${1 + Math.floor(day / 30)}-${String((day % 30) + 1).padStart(2, '0')} 08:00:00` }
    assert.equal((await send('POST', `${base}/studys/`, { as, json })).status, 201)
  }
  await t.test('starts and ends too', async () => {
    const start = (headers = {}) => send('POST', `${base}/studys/`, { as, headers })
    const written = (answer: Awaited<ReturnType<typeof send>>) => {
      const { id, start_time, ...rest } = JSON.parse(answer.text)
      const { 'content-length': _length, location, ...headers } = comparable(answer).headers
      const links = [rest.url, location].map((link) => String(link).replace(new RegExp(`/${id}$`), '/ID'))
      return { status: answer.status, rest: { ...rest, url: '' }, headers, links, began: typeof start_time }
    }
    const [quick, slow] = [await start(), await start(slowly)]
    assert.deepEqual(written(quick), written(slow))
    const { url } = JSON.parse(slow.text)
    for (const target of [
      url,
      `${url}/`,
      `${base}/studys/999`,
      `${base}/studys/0`,
      `${base}/studys/99999999999999999999`,
    ]) {
      const [ended, again] = [await send('PUT', target, { as }), await send('PUT', target, { as, headers: slowly })]
      assert.deepEqual(comparable(ended), comparable(again), target)
    }
  })
  for (const path of paths) {
    const quick = await send('GET', `${base}${path}`, { as })
    const again = await send('GET', `${base}${path}`, { as })
    const slow = await send('GET', `${base}${path}`, { as, headers: slowly })
    assert.deepEqual(comparable(quick), comparable(slow), path)
    assert.deepEqual(comparable(again), comparable(slow), `${path} once more`)
  }
})

const queries = [
  ...['', '?', '?order=asc', '?order=desc', '?per_page=1', '?per_page=7&order=desc', '?order=desc&per_page=20'],
  ...['?per_page=99', '?per_page=100', '?per_page=0', '?per_page=101', '?per_page=07', '?per_page=1e1', '?per_page='],
  ...['?per_page=5&per_page=6', '?order=desc&order=asc', '?order=up', '?page=2', '?page=1&per_page=5', '?unknown=1'],
  ...['?running=1', '?order=desc&', '?&', '?per%5Fpage=3', '?PER_PAGE=3', '?per_page=5&from=x', '?cursor=', '?order'],
]
const paths = [
  ...['/studys', '/studys/', '/users/1/studys/', '/users/1/studys'].flatMap((path) =>
    queries.map((query) => path + query),
  ),
  ...['/studys/1', '/studys/1/', '/studys/999', '/studys/01', '/users/1', '/users/1/', '/users/me', '/users/2'],
  ...['/users/2/studys/', '/users/me/studys/', '/users/1/studys/1', '/studys/1?x=1', '/users/99999999999999999999'],
]

test('a token is bought by the password alone, whichever way', async (t) => {
  const { base, as: byPassword } = await startForAnn(t)
  await send('GET', `${base}/users/me`, { as: byPassword })
  const bought = await send('GET', `${base}/token`, { as: byPassword })
  const { token, ...rest } = JSON.parse(bought.text)
  const slow = await send('GET', `${base}/token`, { as: byPassword, headers: slowly })
  const { token: other, ...same } = JSON.parse(slow.text)
  assert.deepEqual(rest, same)
  assert.equal(token.length, other.length)
  const as = basic(token, '')
  for (const path of ['/users/me', '/token', '/token/']) {
    const [first, quick] = [await send('GET', base + path, { as }), await send('GET', base + path, { as })]
    const slow = await send('GET', base + path, { as, headers: slowly })
    assert.deepEqual(comparable(first), comparable(slow), path)
    assert.deepEqual(comparable(quick), comparable(slow), path)
  }
})

test('what fails past the framework is told by it, and not tried again', async (t) => {
  let tried = 0
  const fail = async () => {
    tried++
    throw new DomainError('busy')
  }
  const app = Fastify()
  await app.register(errors)
  await app.register(drain)
  await app.register(fastFailures)
  app.post('/write', async () => assert.fail('tried again'))
  const routes: FastRoute<unknown>[] = [{ method: 'POST', url: /^\/write$/, answer: fail }]
  const rest = { publicUrl: undefined, trustProxy: [], https: false, nextRequestId: () => '1' }
  await app.register(fastPath, { routes, recall: () => 'somebody', ...rest })
  t.after(() => app.close())
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await send('POST', `${address}/write`, { as: basic('somebody', 'x') })
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '2')
  assert.equal(tried, 1)
})

async function startForAnn(t: TestContext) {
  const service = await startService()
  t.after(() => service.close())
  const base = `${service.address}/api/v1.0`
  const student = { stu_id: '2017999002', stu_pwd: 'school' }
  service.school.addStudent({ studentNumber: student.stu_id, schoolPassword: student.stu_pwd })
  const ann = { username: 'ann', password: 'a quiet reading room' }
  assert.equal((await send('POST', `${base}/register`, { json: { ...ann, ...student } })).status, 201)
  return { base, as: basic(ann.username, ann.password) }
}

/** All but what is another one's each time. */
function comparable({ status, headers, text }: Awaited<ReturnType<typeof send>>) {
  const kept = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
  return { status, headers: Object.fromEntries(kept), text }
}
