import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freshName, freshPassword } from '../contract/api.ts'
import { assertError, errorText } from '../contract/assert-error.ts'
import { basic } from '../contract/client.ts'
import { openCasBrowser } from '../schools/cas-browser.ts'
import { type CasServer, startCasServer } from '../schools/cas-server.ts'
import { baseDn, type LdapServer, startLdapServer } from '../schools/ldap-server.ts'
import { type Service, startService } from '../support/service.ts'
import { Campus, openCampus } from './campus.ts'

const pattern = '[A-Za-z][0-9]{7}|[0-9]{13}'
const settings = { STUDENT_NUMBER: pattern }

function someone(stu_id: string) {
  return { username: freshName(), password: freshPassword(), stu_id, stu_pwd: `canary-${stu_id}` }
}

describe('with a school-specific pattern of student numbers', () => {
  const campus = openCampus(settings)
  const known = (stu_id: string) => {
    const person = someone(stu_id)
    campus.school.addStudent({ studentNumber: stu_id, schoolPassword: person.stu_pwd })
    return person
  }

  test('a matching number registers, logs in, recovers and is bound to an account', async () => {
    const person = await campus.register(known('B2017001'))
    await campus.tokenOf({ username: 'B2017001', password: person.password })
    const password = freshPassword()
    assert.equal((await campus.post('/recover', { ...person, password })).status, 200)
    const next = known('2017010100001')
    const body = { password, stu_id: next.stu_id, stu_pwd: next.stu_pwd }
    const as = basic('B2017001', password)
    assert.equal((await campus.post('/users/me/student-number', body, { as })).status, 200)
    await campus.tokenOf({ username: next.stu_id, password })
    await campus.assertStoredNowhere(['B2017001', next.stu_id])
  })

  for (const stu_id of [
    '2017010101',
    '201701011',
    'B201700',
    'B20170011',
    ' B2017001',
    'B2017001\n',
    `B2017001${'1'.repeat(5000)}`,
    'Ｂ2017001',
  ]) {
    test(`«${stu_id.slice(0, 12)}» is rejected with a message that states the pattern, and the school is not asked`, async () => {
      const { logons } = campus.school.seen
      for (const path of ['/register', '/recover']) {
        for (const language of ['zh', 'en']) {
          const reply = await campus.post(path, someone(stu_id), { headers: { 'accept-language': language } })
          assert.equal(reply.status, 400)
          assert.ok(errorText(reply).includes(pattern), reply.text)
          assert.doesNotMatch(reply.text, /十位数|nine or ten/)
        }
      }
      assert.equal(campus.school.seen.logons, logons)
    })
  }

  test('letters of a number are compared regardless of case: it has one account', async () => {
    const person = await campus.register(known('C2017002'))
    await campus.tokenOf({ username: 'c2017002', password: person.password })
    assertError(await campus.post('/register', known('c2017002')), 400, '该学号被注册，可以试试找回密码。')
  })

  test('a user name that looks like a number is looked up as a user name first, and blocks no owner of the number', async () => {
    const owner = await campus.register(known('D2017003'))
    const other = await campus.register({ ...known('D2017004'), username: 'D2017003' })
    const me = async (password: string) => {
      const reply = await campus.send('GET', '/users/me', { as: basic('D2017003', password) })
      return (reply.body as { username: string }).username
    }
    assert.equal(await me(owner.password), owner.username)
    assert.equal(await me(other.password), 'D2017003')
  })

  test('a login name of any length is checked quickly', async () => {
    assertError(await campus.send('GET', '/token', { as: basic(`B${'1'.repeat(4000)}`, 'x') }), 401)
  })
})

test("without the setting the message is the contract's", async (t) => {
  const campus = new Campus()
  campus.open(await startService())
  t.after(() => campus.close())
  assertError(await campus.post('/register', someone('B2017001')), 400, '学号应该是一个十位数或是九位数.')
})

describe('at a directory', () => {
  const campus = new Campus()
  const [plain, odd] = [someone('B2017001'), someone('b*)(uid=*')]
  let directory: LdapServer
  before(async () => {
    const students = [plain, odd].map(({ stu_id, stu_pwd }) => ({ studentNumber: stu_id, schoolPassword: stu_pwd }))
    directory = await startLdapServer({ students })
    const SCHOOL_URL = `ldap://127.0.0.1:${directory.port}`
    const ldap = { SCHOOL: 'ldap', SCHOOL_URL, LDAP_BASE_DN: baseDn, LDAP_STARTTLS: 'off' }
    campus.open(await startService({ ...ldap, STUDENT_NUMBER: '[A-Za-z0-9*()=]{8,12}' }))
  })
  after(async () => {
    await campus.close()
    await directory.close()
  })

  test('a number is searched for exactly, whatever its pattern allows', async () => {
    for (const person of [plain, odd]) assert.equal((await campus.post('/register', person)).status, 201)
    assertError(
      await campus.post('/register', { ...someone('*)(uid=B*'), stu_pwd: plain.stu_pwd }),
      400,
      '402, 账号或密码错误',
    )
  })
})

describe('at a school with its own login page', () => {
  let school: CasServer
  let service: Service
  before(async () => {
    const students = ['B2017001', '2017010101'].map((studentNumber) => ({ studentNumber, schoolPassword: 'x' }))
    school = await startCasServer(students)
    service = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url, ...settings })
  })
  after(async () => {
    await service.close()
    await school.close()
  })

  async function comeBackAs(studentNumber: string): Promise<Response> {
    const begun = await fetch(`${service.address}/api/v1.0/register/cas`, { redirect: 'manual' })
    const browser = openCasBrowser()
    try {
      const proof = { studentNumber, schoolPassword: 'x' }
      const callback = await browser.logIn(begun.headers.get('location') ?? '', proof)
      const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? ''
      return await fetch(callback?.href ?? '', { headers: { cookie } })
    } finally {
      await browser.close()
    }
  }

  test('a matching number gets a ticket, and any other is refused', async () => {
    assert.equal((await comeBackAs('B2017001')).status, 200)
    const refused = await comeBackAs('2017010101')
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /不是学号/)
  })
})
