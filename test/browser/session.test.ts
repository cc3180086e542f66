import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, send } from '../contract/client.ts'
import { countPasswordBoxes, freePort, lanHost, openBrowser, type TestBrowser } from '../support/browser.ts'
import { type Service, startService } from '../support/service.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const json = { 'content-type': 'application/json' }

let chromium: TestBrowser
/** A server of another site. */
let stranger: Server
before(async () => {
  chromium = await openBrowser()
  stranger = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Win a prize</title><p>Click here')
  })
  await once(stranger.listen(0, '127.0.0.1'), 'listening')
})
after(async () => {
  await chromium?.close()
  stranger?.close()
})

interface Site {
  service: Service
  /** The host as the browser sees it. */
  origin: string
}

/** Where a browser sends more headers about a request, as over HTTPS, and where it sends fewer. */
const hosts = ['127.0.0.1', lanHost]

async function openSite(host: string): Promise<Site> {
  const port = await freePort()
  const origin = `http://${host}:${port}`
  const service = await startService({ PORT: String(port), ...(host === lanHost && { PUBLIC_URL: origin }) })
  const [student] = demoStudents
  const account = { ...ann, stu_id: student?.studentNumber, stu_pwd: student?.schoolPassword }
  assert.equal((await send('POST', `${service.address}/api/v1.0/register`, { json: account })).status, 201)
  return { service, origin }
}

async function openPage(context: BrowserContext): Promise<{ page: Page; boxes: () => number }> {
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  // The script of /docs takes more processor time than all else here, and only the page itself is needed.
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setBlockedURLs', { urls: ['*/docs/reference.js'] })
  return { page, boxes: await countPasswordBoxes(page) }
}

/** The status of a call by a script of the page; 0 if the script may not see it, -1 if the browser blocks it. */
function call(page: Page, method: string, url: string, options: object = {}): Promise<number> {
  const sent = JSON.stringify({ method, credentials: 'include', ...options })
  return page.evaluate<number>(`fetch(${JSON.stringify(url)}, ${sent}).then(({ status }) => status, () => -1)`)
}

/** A page of the service whose scripts may call the API. */
const ownPage = ({ origin }: Site) => `${origin}/docs`

async function recordsAt({ service }: Site): Promise<number> {
  const url = `${service.address}/api/v1.0/users/me/studys`
  const { body } = await send('GET', url, { as: basic(ann.username, ann.password) })
  return (body as { count: number }).count
}

for (const host of hosts) {
  test(`on ${host} a script signs in, writes and signs out, and no password dialog opens`, async (t) => {
    const site = await openSite(host)
    t.after(() => site.service.close())
    const api = `${site.origin}/api/v1.0`
    const context = await chromium.browser.newContext()
    const { page, boxes } = await openPage(context)
    await page.goto(ownPage(site))
    const mine = { 'x-requested-with': 'fetch', ...json }
    const signIn = (password: string) =>
      call(page, 'POST', `${api}/session`, { headers: mine, body: JSON.stringify({ ...ann, password }) })
    assert.equal(await call(page, 'GET', `${api}/session`, { headers: mine }), 401)
    assert.equal(await signIn('not the password'), 401)
    assert.equal(await signIn(ann.password), 200)
    assert.equal(await page.evaluate('document.cookie'), '')
    assert.equal(await call(page, 'POST', `${api}/studys/`), 201)
    const again = await openPage(context)
    await again.page.goto(ownPage(site))
    assert.equal(await call(again.page, 'GET', `${api}/session`), 200)
    assert.equal(await call(again.page, 'DELETE', `${api}/session`), 204)
    assert.deepEqual(await context.cookies(), [])
    assert.equal(await call(page, 'GET', `${api}/session`, { headers: mine }), 401)
    assert.equal(boxes() + again.boxes(), 0)
    await page.goto(`${api}/users/me`).catch(() => undefined)
    assert.equal(boxes(), 1, 'it still opens for an address typed by the user')
    await context.close()
  })

  test(`on ${host} other sites' pages cannot write or sign anybody in`, async (t) => {
    const site = await openSite(host)
    t.after(() => site.service.close())
    const api = `${site.origin}/api/v1.0`
    const context = await chromium.browser.newContext()
    const { page } = await openPage(context)
    await page.goto(ownPage(site))
    assert.equal(await call(page, 'POST', `${api}/session`, { headers: json, body: JSON.stringify(ann) }), 200)
    const before = await context.cookies()
    const { port } = stranger.address() as AddressInfo
    // The first is another site. The second differs only in the port, and the browser sends it the cookie.
    for (const foreign of [`http://localhost:${port}`, `http://${host}:${port}`]) {
      await page.goto(foreign)
      await call(page, 'POST', `${api}/studys/`, { mode: 'no-cors' })
      await call(page, 'POST', `${api}/session`, { mode: 'no-cors', body: JSON.stringify(ann) })
      await call(page, 'POST', `${api}/studys/`, { headers: json, body: '{}' })
      for (const method of ['PUT', 'DELETE']) await call(page, method, `${api}/session`)
      for (const path of ['/studys/', '/session', '/studys/running/heartbeat']) {
        for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
          await page.goto(foreign)
          await submit(page, `${api}${path}`, type)
        }
      }
      for (const address of [`${api}/studys/`, `${site.origin}/me`]) {
        await page.goto(foreign)
        await frame(page, address)
        assert.equal(page.frames().length, 2)
        assert.ok(!page.frames().some((one) => one.url().startsWith(site.origin)), `${address} is in a frame of theirs`)
        await follow(page, address)
      }
    }
    assert.equal(await recordsAt(site), 0)
    assert.deepEqual(await context.cookies(), before)
    await page.goto(ownPage(site))
    assert.equal(await call(page, 'GET', `${api}/session`), 200, 'the student is still signed in')
    assert.equal(await call(page, 'POST', `${api}/studys/`), 201, "the service's own page can do all that")
    await context.close()
  })
}

/** Sends a form and waits for the result. */
async function submit(page: Page, action: string, enctype: string): Promise<void> {
  const answered = page.waitForNavigation({ url: action })
  await page.evaluate(`
    const form = document.body.appendChild(document.createElement('form'))
    Object.assign(form, { action: ${JSON.stringify(action)}, method: 'POST', enctype: ${JSON.stringify(enctype)} })
    form.submit()`)
  assert.ok(((await answered)?.status() ?? 0) >= 400, `${enctype} to ${action}`)
}

/** Embeds an address of the service in a page of the other site. */
async function frame(page: Page, url: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const frame = document.createElement('iframe')
    Object.assign(frame, { src: ${JSON.stringify(url)}, onload: resolve, onerror: resolve })
    document.body.append(frame)
  })`)
}

/** Clicks a link of the other site to the service. */
async function follow(page: Page, url: string): Promise<void> {
  await page.evaluate(`document.body.append(Object.assign(document.createElement('a'), {
    href: ${JSON.stringify(url)}, textContent: 'Your prize' }))`)
  const answered = page.waitForResponse(url)
  await page.getByRole('link', { name: 'Your prize' }).click()
  await answered
}
