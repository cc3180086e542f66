import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { send } from '../contract/client.ts'
import { startCasServer } from '../schools/cas-server.ts'
import { baseDn, startLdapServer } from '../schools/ldap-server.ts'
import { startScriptedSchool } from '../schools/scripted-school.ts'
import type { Settings } from '../support/running-service.ts'
import { startService } from '../support/service.ts'

/** Starts the service, and waits for the log line about `SCHOOL_URL`. */
async function saidAtStart(settings: Settings): Promise<{ level: number; msg: string }> {
  const service = await startService(settings)
  try {
    for (const deadline = performance.now() + 20_000; performance.now() < deadline; await wait(20)) {
      const line = service
        .logged()
        .split('\n')
        .find((one) => one.includes('"SCHOOL_URL: '))
      if (line) return JSON.parse(line) as { level: number; msg: string }
    }
    throw new Error(`nothing was logged: ${service.logged()}`)
  } finally {
    await service.close()
  }
}

const [INFO, WARN] = [30, 40]

test('the service checks the school at start-up, and logs whether its address is right, or what is wrong', async (t) => {
  const right = await saidAtStart({})
  assert.equal(right.level, INFO)
  assert.match(right.msg, /a login page of KINGOSOFT .*, which shows its dialect, k1/)
  const site = await startScriptedSchool({ '/': (response) => response.writeHead(404).end() })
  t.after(() => site.close())
  for (const [end, expected] of [
    [
      '/cas/login.action',
      `SCHOOL_URL is the address of a page. The web root of this school is another: set SCHOOL_URL=${site.url}`,
    ],
    ['/tscjw', `set SCHOOL_URL=${site.url}`],
  ] as const) {
    const { level, msg } = await saidAtStart({ SCHOOL_URL: site.url + end })
    assert.equal(level, WARN)
    assert.ok(msg.endsWith(expected), msg)
  }
})

test('it checks a CAS server and a directory too', async (t) => {
  const cas = await startCasServer([])
  const directory = await startLdapServer({ students: [], account: { dn: 'cn=reader', password: 'right' } })
  t.after(() => Promise.all([cas.close(), directory.close()]))
  const ldap = {
    ...{ SCHOOL: 'ldap', SCHOOL_URL: `ldap://127.0.0.1:${directory.port}`, LDAP_BASE_DN: baseDn, LDAP_STARTTLS: 'off' },
    LDAP_BIND_DN: 'cn=reader',
  }
  for (const [settings, level, expected] of [
    [{ SCHOOL: 'cas', SCHOOL_URL: cas.url }, INFO, /a CAS server$/],
    [
      { SCHOOL: 'cas', SCHOOL_URL: `${cas.url}/login` },
      WARN,
      new RegExp(`address of a page: set SCHOOL_URL=${cas.url}$`),
    ],
    [{ SCHOOL: 'cas', SCHOOL_URL: new URL('/sso', cas.url).href }, WARN, /Is the web root right/],
    [{ ...ldap, LDAP_BIND_PASSWORD: 'right' }, INFO, /can be searched/],
    [{ ...ldap, LDAP_BIND_PASSWORD: 'wrong' }, WARN, /LDAP_BIND_DN is refused/],
  ] as const) {
    const said = await saidAtStart(settings)
    assert.match(said.msg, expected)
    assert.equal(said.level, level)
  }
})

test('a school that never responds delays neither start-up nor shutdown', async (t) => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<{ destroy(): void }>()
  silent.on('connection', (socket) => sockets.add(socket))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const { port } = silent.address() as { port: number }
  const service = await startService({ SCHOOL_URL: `http://127.0.0.1:${port}` })
  const answer = await send('GET', `${service.address}/readyz`)
  assert.equal(answer.status, 200)
  assert.ok(!service.logged().includes('"SCHOOL_URL: '), 'the start did not wait for it')
  const begun = performance.now()
  await service.close()
  assert.ok(performance.now() - begun < 7000, 'shorter than a call may take')
})
