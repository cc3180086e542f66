import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, send } from '../contract/client.ts'
import { freePort, lanHost, openBrowser, type TestBrowser } from '../support/browser.ts'
import { type Service, startService } from '../support/service.ts'

const phone = { viewport: { width: 390, height: 844 }, locale: 'zh-CN' }
const known = { username: '张三', password: '图书馆里真的很安静' }

let service: Service
let address: string
let chromium: TestBrowser
before(async () => {
  const port = await freePort()
  address = `http://${lanHost}:${port}`
  service = await startService({ PORT: String(port), PUBLIC_URL: address, WEB: 'off' })
  chromium = await openBrowser()
  const [student] = demoStudents
  const json = { ...known, stu_id: student?.studentNumber, stu_pwd: student?.schoolPassword }
  assert.equal((await send('POST', `${service.address}/api/v1.0/register`, { json })).status, 201)
})
after(async () => {
  await chromium?.close()
  await service?.close()
})

/** A page, its console errors, and its requests to other origins. */
async function openPage(options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const context = await chromium.browser.newContext(options)
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== address) complaints.push(request.url())
  })
  return { page, complaints }
}

/** Opens the request of an operation by its summary, and sends it unchanged. */
async function tryOut(page: Page, operation: string, path: string) {
  const answered = page.waitForResponse((response) => response.url() === `${address}/api/v1.0${path}`)
  await page.getByRole('button', { name: operation }).click()
  await page.getByRole('button', { name: /^发送/ }).click()
  const response = await answered
  // If it is closed before the response is shown, the page aborts the request.
  await page.getByText(`${response.status()} ${response.statusText()}`).waitFor()
  await page.keyboard.press('Escape')
  return response
}

test('the reference page works on a phone, without TLS, with a Chinese name and password, and requests nothing from other hosts', async () => {
  const { page, complaints } = await openPage(phone)
  await page.goto(`${address}/docs`)
  assert.equal(await page.evaluate('isSecureContext'), false)
  await page.getByRole('combobox', { name: '用户名' }).fill(known.username)
  await page.getByLabel('密码', { exact: true }).fill(known.password)
  await page.goto(`${address}/docs#tag/users/GET/api/v1.0/users/me`)
  const me = await tryOut(page, '(get /api/v1.0/users/me)', '/users/me')
  assert.equal(me.request().headers().authorization, basic(known.username, known.password).authorization)
  assert.equal(me.status(), 200)
  await page.goto(`${address}/docs#tag/studys/POST/api/v1.0/studys/`)
  const started = await tryOut(page, '(post /api/v1.0/studys/)', '/studys/')
  assert.deepEqual([started.status(), started.request().postData()], [201, '{}'])
  const widths = 'const { scrollWidth, clientWidth } = document.documentElement; [scrollWidth, clientWidth]'
  const [scrollWidth = 0, clientWidth = 0] = await page.evaluate<number[]>(widths)
  assert.ok(scrollWidth <= clientWidth, `${scrollWidth} px wide on ${clientWidth}`)
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test('the first page uses the language of the browser, and requests nothing from other hosts', async () => {
  for (const [locale, heading] of [
    ['zh-CN', '占领图书馆'],
    ['en-GB', 'Occupy the Library'],
  ] as const) {
    const { page, complaints } = await openPage({ ...phone, locale, colorScheme: 'dark' })
    await page.goto(address)
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), heading)
    // The policy allows the style by its hash.
    assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(22, 25, 29)')
    assert.deepEqual(complaints, [])
    await page.context().close()
  }
})
