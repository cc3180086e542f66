import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, bearer } from '../contract/client.ts'
import { startCasServer } from '../schools/cas-server.ts'
import { type Service, startService } from '../support/service.ts'
import { type DescribedApi, openDescribedApi } from './described-answers.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const bob = { username: '张三', password: '图书馆里真的很安静' }
const [annKnown, bobKnown] = [basic(ann.username, ann.password), basic(bob.username, bob.password)]

let service: Service
let api: DescribedApi
before(async () => {
  service = await startService()
  api = await openDescribedApi(service.address)
})
after(() => service.close())

test('every answer of a tour is as the document has it', async () => {
  const { ask } = api
  const [first, second, third] = demoStudents.map(({ studentNumber, schoolPassword }) => ({
    stu_id: studentNumber,
    stu_pwd: schoolPassword,
  }))
  assert.equal((await ask('POST', '/register', { json: { ...ann, ...first } })).status, 201)
  assert.equal((await ask('POST', '/register', { json: { ...bob, ...second } })).status, 201)
  for (const json of [{}, { ...ann, ...third }, { ...ann, username: 'eve', ...third, stu_pwd: 'wrong' }]) {
    assert.equal((await ask('POST', '/register', { json })).status, 400)
  }
  await refuseBodies('POST', '/register')
  assert.equal((await ask('POST', '/recover', { json: { ...first, password: ann.password } })).status, 200)
  assert.equal((await ask('POST', '/recover', { json: { ...third, password: ann.password } })).status, 404)
  assert.equal((await ask('POST', '/register/challenge')).status, 200)

  const tokenOf = async () => bearer(((await ask('GET', '/token', { as: annKnown })).body as { token: string }).token)
  let byToken = await tokenOf()
  for (const as of [{}, basic('ann', 'wrong'), byToken]) assert.equal((await ask('GET', '/token', { as })).status, 401)
  await ask('POST', '/users/me/student-number', { as: byToken, json: { ...third, password: ann.password } })
  assert.equal(
    (await ask('POST', '/users/me/student-number', { as: annKnown, json: { ...third, password: ann.password } }))
      .status,
    200,
  )
  byToken = await tokenOf()
  for (const id of ['me', 1, 'x', 99]) await ask('GET', `/users/${id}`, { as: byToken })

  assert.equal((await ask('POST', '/studys/', { as: byToken })).status, 201)
  assert.equal((await ask('POST', '/studys/', { as: byToken, json: { start_time: 'soon' } })).status, 400)
  await refuseBodies('POST', '/studys/')
  assert.equal((await ask('GET', '/studys/1', { as: byToken })).status, 200)
  assert.equal((await ask('PUT', '/studys/1', { as: bobKnown })).status, 403)
  assert.equal((await ask('PUT', '/studys/1', { as: byToken, json: { end_time: '' } })).status, 200)
  assert.equal((await ask('PUT', '/studys/1', { as: byToken, json: { end_time: '2999-01-01 00:00:00' } })).status, 400)
  assert.equal((await ask('PUT', '/studys/x', { as: byToken })).status, 404)
  for (const path of ['/studys', '/users/1/studys/', '/users/99/studys/', '/studys/99']) {
    for (const as of [byToken, {}]) await ask('GET', path, { as })
  }
  for (const query of ['per_page=1', 'per_page=x', 'cursor=x']) await ask('GET', `/studys?${query}`, { as: byToken })
  for (const query of ['from=x', 'from=2020-01-01%2000:00:00', 'running=false&order=desc']) {
    await ask('GET', `/users/1/studys/?${query}`, { as: byToken })
  }
})

async function refuseBodies(method: string, path: string): Promise<void> {
  const post = (body: string, type = 'application/json') =>
    api.ask(method, path, { as: annKnown, body, headers: { 'content-type': type } })
  assert.equal((await post('[]')).status, 400)
  assert.equal((await post('{}', 'text/plain')).status, 415)
  assert.equal((await post(`"${'x'.repeat(70_000)}"`)).status, 413)
}

test('the tour has met every operation', () => {
  const met = [...api.seen].map((one) => one.replace(/ \d+$/, ''))
  const all = Object.entries(api.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual([...new Set(met)].sort(), all.sort())
})

test('what comes of guessing is in the document too', async (t) => {
  const throttled = await startService({ THROTTLE: 'on' })
  t.after(() => throttled.close())
  const { ask, seen } = await openDescribedApi(throttled.address)
  for (let guess = 0; guess < 25; guess += 1) await ask('GET', '/users/me', { as: basic('ann', 'wrong') })
  assert.ok([...seen].some((one) => one.endsWith(' 429')))
})

test('a school with a login page of its own is in its document', async (t) => {
  const school = await startCasServer([])
  t.after(() => school.close())
  const byCas = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url })
  t.after(() => byCas.close())
  const { ask } = await openDescribedApi(byCas.address)
  assert.equal((await ask('GET', '/register/cas')).status, 302)
  assert.equal((await ask('GET', '/register/cas/callback')).status, 400)
  assert.equal((await ask('GET', '/register/cas/callback?ticket=ST-1&state=x')).status, 400)
})
