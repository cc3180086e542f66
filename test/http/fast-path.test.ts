import assert from 'node:assert/strict'
import { test } from 'node:test'
import { basic, send } from '../contract/client.ts'
import { startService } from '../support/service.ts'

/** Without a proxy to be believed it changes no answer, but sends a request by the framework's way. */
const slowly = { 'x-forwarded-host': 'elsewhere.example' }

test('what is answered past the framework is what the framework answers', async (t) => {
  const service = await startService()
  t.after(() => service.close())
  const base = `${service.address}/api/v1.0`
  const student = { stu_id: '2017999002', stu_pwd: 'school' }
  service.school.addStudent({ studentNumber: student.stu_id, schoolPassword: student.stu_pwd })
  const ann = { username: 'ann', password: 'a quiet reading room' }
  assert.equal((await send('POST', `${base}/register`, { json: { ...ann, ...student } })).status, 201)
  const as = basic(ann.username, ann.password)
  for (let day = 10; day < 35; day++) {
    const json = { start_time: `2024-0${1 + Math.floor(day / 30)}-${String((day % 30) + 1).padStart(2, '0')} 08:00:00` }
    assert.equal((await send('POST', `${base}/studys/`, { as, json })).status, 201)
  }
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

/** All but what is another one's each time. */
function comparable({ status, headers, text }: Awaited<ReturnType<typeof send>>) {
  const kept = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
  return { status, headers: Object.fromEntries(kept), text }
}
