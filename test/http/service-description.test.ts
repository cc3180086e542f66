import assert from 'node:assert/strict'
import { test } from 'node:test'
import { basic, bearer } from '../contract/client.ts'
import { startCasServer } from '../schools/cas-server.ts'
import { startService } from '../support/service.ts'
import { openCampus } from './campus.ts'

const campus = openCampus()

test('anyone can get the description of the service', async () => {
  for (const as of [{}, basic('ann', 'wrong'), bearer('x'), { cookie: 'session=x' }]) {
    const { status, body, headers } = await campus.send('GET', '/service', { as })
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    const { server_time, version, ...rest } = body as Record<string, unknown>
    assert.match(String(server_time), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.ok(Math.abs(Date.parse(`${String(server_time).replace(' ', 'T')}Z`) - Date.now()) < 60_000)
    assert.match(String(version), /^\d+\.\d+\.\d+/)
    assert.deepEqual(rest, {
      name: '占领图书馆',
      timezone: 'Asia/Shanghai',
      school: { kind: 'password', captcha: 'read' },
      streak_minutes: 15,
      terms: [],
      student_number: { pattern: '[0-9]{9,10}', hint: '9 到 10 位数字' },
    })
  }
})

test("it reflects the settings, in the client's language", async (t) => {
  const school = await startCasServer([])
  t.after(() => school.close())
  const settings = {
    ...{ TERMS: '2027春:2027-02-22:2027-07-09,2026秋:2026-09-01:2027-01-15', STREAK_MINUTES: '20' },
    ...{ STUDENT_NUMBER: '[A-Z][0-9]{7}', TIMEZONE: 'Asia/Urumqi', SCHOOL: 'cas', SCHOOL_URL: school.url },
  }
  const service = await startService(settings)
  t.after(() => service.close())
  const reply = await fetch(`${service.address}/api/v1.0/service`, { headers: { 'accept-language': 'en' } })
  const { server_time: _, version: __, ...rest } = (await reply.json()) as Record<string, unknown>
  assert.deepEqual(rest, {
    name: 'Occupy the Library',
    timezone: 'Asia/Urumqi',
    school: { kind: 'cas', captcha: null },
    streak_minutes: 20,
    terms: [
      { name: '2026秋', from: '2026-09-01', to: '2027-01-15' },
      { name: '2027春', from: '2027-02-22', to: '2027-07-09' },
    ],
    student_number: { pattern: '[A-Z][0-9]{7}', hint: 'of the form [A-Z][0-9]{7}' },
  })
})

test('it states whether students currently read the captcha', async (t) => {
  const service = await startService({ SCHOOL_CAPTCHA: 'ask' })
  t.after(() => service.close())
  const { school } = (await (await fetch(`${service.address}/api/v1.0/service`)).json()) as { school: object }
  assert.deepEqual(school, { kind: 'password', captcha: 'ask' })
})
