import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dialects } from '../../src/tools/simulated-school/simulated-school.ts'
import { assertError } from '../contract/assert-error.ts'
import { openCampus } from './campus.ts'

for (const dialect of dialects) {
  for (const [login, school] of [
    ['auto', { dialect, encoding: 'gbk', labelled: false, sessionRoute: 'kingo', balancerCookie: true }],
    [dialect, { dialect, webRoot: '' }],
  ] as const) {
    describe(`SCHOOL_LOGIN=${login} at a school that speaks ${dialect}`, () => {
      const campus = openCampus({ SCHOOL_LOGIN: login }, { school })

      test('registers and recovers students, and rejects only wrong passwords', async () => {
        const known = await campus.register()
        const refused = await campus.post('/register', { ...campus.newcomer(), stu_pwd: 'not the password' })
        assertError(refused, 400, '402, 账号或密码错误')
        const changed = { ...known, password: 'another good password' }
        assert.equal((await campus.post('/recover', changed)).status, 200)
        await campus.tokenOf(changed)
        assert.equal(campus.school.seen.wrongPasswords, 1)
        assert.equal(campus.school.seen.logins, 2)
        await campus.assertStoredNowhere([known.stu_id, known.stu_pwd, known.password, changed.password])
      })
    })
  }
}

describe('a school that speaks another dialect than configured', () => {
  const campus = openCampus({ SCHOOL_LOGIN: 'k1' }, { school: { dialect: 'k3' } })

  test("causes a 502 that does not use up the student's tries", async () => {
    for (let time = 0; time < 3; time++) assertError(await campus.post('/register', campus.newcomer()), 502)
    assert.equal(campus.school.seen.wrongPasswords, 0)
  })
})

describe('a school that is unreachable', () => {
  const campus = openCampus()

  test('causes a 503 with Retry-After', async () => {
    await campus.school.close()
    const reply = await campus.post('/register', campus.newcomer())
    assertError(reply, 503)
    assert.match(reply.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  })
})
