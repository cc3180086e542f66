import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { basic, bearer } from '../contract/client.ts'
import { type Mode, type Modes, openModes } from './modes.ts'
import { ask } from './requests.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const student = { studentNumber: '2017010101', schoolPassword: 'canary' }
const json = { 'content-type': 'application/json' }

describe('a session cookie', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes({}, { LOG_LEVEL: 'silent' })
    for (const service of new Set(modes.all.map((mode) => mode.service))) service.school.addStudent(student)
    for (const mode of modes.all) {
      const body = JSON.stringify({ ...ann, stu_id: student.studentNumber, stu_pwd: student.schoolPassword })
      assert.match(String((await ask(mode, 'POST /api/v1.0/register', json, body)).status), /^20[01]$/)
    }
  })
  after(() => modes.close())
  const isSecure = ({ service }: Mode) => service.address.startsWith('https:')

  async function signIn(mode: Mode, headers: Record<string, string> = {}) {
    const reply = await ask(mode, 'POST /api/v1.0/session', { ...json, ...headers }, JSON.stringify(ann))
    assert.equal(reply.status, 200, reply.text)
    const header = [reply.headers['set-cookie']].flat()[0] ?? ''
    return { header, cookie: header.split(';')[0] ?? '' }
  }

  test('is __Host-session over TLS, and session otherwise', async () => {
    for (const mode of modes.all) {
      const { header } = await signIn(mode)
      const expected = isSecure(mode)
        ? /^__Host-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/
        : /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/
      assert.match(header, expected, mode.name)
    }
  })

  test("authorizes reads, and writes from the service's own pages, until it is signed out", async () => {
    for (const mode of modes.all) {
      const { cookie } = await signIn(mode)
      const { origin } = new URL(mode.service.address)
      assert.equal((await ask(mode, 'GET /api/v1.0/session', { cookie })).status, 200, mode.name)
      assert.equal((await ask(mode, 'POST /api/v1.0/studys/', { cookie })).status, 403)
      assert.equal((await ask(mode, 'POST /api/v1.0/studys/', { cookie, origin })).status, 201)
      const swapped = origin.replace(/^https?/, isSecure(mode) ? 'http' : 'https')
      assert.equal((await ask(mode, 'POST /api/v1.0/studys/', { cookie, origin: swapped })).status, 403)
      const out = await ask(mode, 'DELETE /api/v1.0/session', { cookie, origin })
      assert.equal(out.status, 204)
      const removed = isSecure(mode) ? '__Host-session=; Path=/; Secure; ' : 'session=; Path=/; '
      assert.equal([out.headers['set-cookie']].flat()[0], `${removed}HttpOnly; SameSite=Strict; Max-Age=0`)
      assert.equal((await ask(mode, 'GET /api/v1.0/session', { cookie })).status, 401)
    }
  })

  test('with the other name, as another host could set it, is ignored', async () => {
    for (const mode of modes.all) {
      const { cookie } = await signIn(mode)
      const value = cookie.slice(cookie.indexOf('=') + 1)
      const planted = isSecure(mode) ? `session=${value}` : `__Host-session=${value}`
      assert.equal((await ask(mode, 'GET /api/v1.0/session', { cookie: planted })).status, 401, mode.name)
      const beside = `${planted.replace(value, 'x')}; ${cookie}`
      assert.equal((await ask(mode, 'GET /api/v1.0/session', { cookie: beside })).status, 200, mode.name)
      assert.equal((await ask(mode, 'GET /api/v1.0/session', { cookie: `${cookie}; ${cookie}` })).status, 401)
    }
  })

  test("or a script's header prevents a password dialog of the browser with a 401", async () => {
    const session = 'Session realm="occupy"'
    const [asBasic, asBearer] = ['Basic realm="occupy", charset="UTF-8"', 'Bearer realm="occupy"']
    for (const mode of modes.all) {
      const cookie = isSecure(mode) ? '__Host-session=x' : 'session=x'
      const rows: [Record<string, string>, string][] = [
        [{}, asBasic],
        [basic('ann', 'wrong'), asBasic],
        [bearer('x'), asBearer],
        [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' }, asBasic],
        [{ cookie: 'theme=dark' }, asBasic],
        // Node's own fetch, which sends only some of a browser's headers.
        [{ 'sec-fetch-mode': 'cors', 'user-agent': 'node' }, asBasic],
        [{ 'sec-fetch-mode': 'cors' }, session],
        [{ 'sec-fetch-mode': 'cors', 'user-agent': 'node', 'sec-fetch-site': 'same-origin' }, session],
        [{ 'sec-fetch-mode': 'no-cors' }, session],
        [{ 'sec-fetch-mode': 'same-origin', ...bearer('x') }, session],
        [{ 'x-requested-with': 'fetch' }, session],
        [{ cookie }, session],
        [{ cookie, ...basic('ann', 'wrong') }, session],
        [{ cookie: `${cookie}; ${cookie}`, 'sec-fetch-mode': 'navigate' }, session],
      ]
      for (const [headers, challenge] of rows) {
        for (const path of ['/users/me', '/session', '/studys']) {
          const reply = await ask(mode, `GET /api/v1.0${path}`, headers)
          assert.equal(reply.status, 401)
          assert.equal(reply.headers['www-authenticate'], challenge, `${mode.name} ${JSON.stringify(headers)}`)
        }
      }
    }
  })
})
