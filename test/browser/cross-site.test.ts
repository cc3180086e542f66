import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, send } from '../contract/client.ts'
import { freePort, lanHost, openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'

const known = { username: 'ann', password: 'a quiet reading room' }
const as = basic(known.username, known.password)

let service: Service
let address: string
let chromium: TestBrowser
let evil: Server
before(async () => {
  const port = await freePort()
  address = `http://${lanHost}:${port}`
  service = await startService({ PORT: String(port), PUBLIC_URL: address })
  chromium = await openBrowser()
  evil = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'))
  await once(evil.listen(0, '127.0.0.1'), 'listening')
  const [student] = demoStudents
  const json = { ...known, stu_id: student?.studentNumber, stu_pwd: student?.schoolPassword }
  assert.equal((await send('POST', `${service.address}/api/v1.0/register`, { json })).status, 201)
})
after(async () => {
  await chromium?.close()
  evil?.close()
  await service?.close()
})

/** What a page of another origin can send on behalf of a visitor. Runs in the browser. */
async function attack(api: string): Promise<void> {
  const rebinding = JSON.stringify({ stu_id: '2017010102', stu_pwd: 'reading', password: 'guessed' })
  const quiet = async (work: () => Promise<unknown>) => void (await work().catch(() => undefined))
  const post = (path: string, body: string, type: string, mode: RequestMode) =>
    quiet(() =>
      fetch(api + path, { method: 'POST', mode, credentials: 'include', body, headers: { 'content-type': type } }),
    )
  await post('/studys/', '{}', 'text/plain', 'no-cors')
  await post('/studys/', 'start_time=', 'application/x-www-form-urlencoded', 'no-cors')
  await post('/users/me/student-number', rebinding, 'text/plain', 'no-cors')
  await post('/studys/', '{}', 'application/json', 'cors')
  await quiet(() =>
    fetch(`${api}/users/me/settings`, { method: 'PUT', credentials: 'include', body: '{"visibility":"only_me"}' }),
  )
  await quiet(() => fetch(`${api}/users/me`, { method: 'DELETE', credentials: 'include' }))
  navigator.sendBeacon(`${api}/studys/`, new Blob(['{}'], { type: 'text/plain' }))
  new Image().src = `${api}/studys/`
  for (const enctype of ['application/x-www-form-urlencoded', 'text/plain']) {
    const frame = document.body.appendChild(document.createElement('iframe'))
    frame.name = `frame of ${enctype}`
    const form = Object.assign(document.createElement('form'), {
      method: 'POST',
      action: `${api}/studys/`,
      enctype,
      target: frame.name,
    })
    form.append(Object.assign(document.createElement('input'), { name: '{"subject":"', value: '"}' }))
    document.body.append(form)
    form.submit()
  }
}

for (const [what, host] of [
  ['another site', 'evil.test'],
  ['a sibling host', `evil.${lanHost}`],
] as const) {
  test(`a page of ${what} cannot write with the credentials that the browser remembers`, async () => {
    const context = await chromium.browser.newContext()
    const page = await context.newPage()
    page.setDefaultTimeout(120_000)
    const [user, password] = [known.username, known.password].map(encodeURIComponent)
    await page.goto(`${address.replace('//', `//${user}:${password}@`)}/api/v1.0/users/me`)
    await page.goto(`http://${host}:${(evil.address() as AddressInfo).port}/`)
    const before = await everything()
    const api = `${address}/api/v1.0`
    // The browser does send them: a read gets a response, although the page cannot see it.
    const readsBefore = answers(200)
    const read = (url: string) => void fetch(url, { mode: 'no-cors', credentials: 'include' }).catch(() => undefined)
    await page.evaluate(read, `${api}/users/me`)
    await until(() => answers(200) > readsBefore, 'the read gets a response')

    const refusedBefore = answers(403)
    await page.evaluate(attack, api)
    await until(() => answers(403) - refusedBefore >= 6, 'the attempts are refused')
    assert.deepEqual(await everything(), before)
    await context.close()
  })
}

function answers(status: number): number {
  return service.logged().split(`"status":${status}`).length - 1
}

async function everything(): Promise<unknown[]> {
  const paths = ['users/me/studys', 'users/me/settings']
  const replies = await Promise.all(paths.map((path) => send('GET', `${service.address}/api/v1.0/${path}`, { as })))
  for (const { status, text } of replies) assert.equal(status, 200, text)
  return replies.map(({ body }) => body)
}
