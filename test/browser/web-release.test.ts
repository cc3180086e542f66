import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { isReadyForOffline, openPage } from './web-page.ts'

let service: Service
let chromium: TestBrowser
before(async () => {
  service = await startService()
  chromium = await openBrowser()
})
after(async () => {
  await chromium?.close()
  await service?.close()
})

/** A proxy to the service that can fail to load a file at first, and serve another release of the worker. */
async function openFront(t: TestContext) {
  let isReleased = false
  let isFailing = true
  const server = createServer(async (request, response) => {
    const { accept = '*/*' } = request.headers
    const answer = await fetch(`${service.address}${request.url}`, { headers: { accept } })
    const body = Buffer.from(await answer.arrayBuffer())
    const isWorker = isReleased && request.url === '/sw.js'
    if (isFailing && request.url === '/icon-512.png') {
      isFailing = false
      response.statusCode = 503
    }
    response.setHeader('content-type', answer.headers.get('content-type') ?? '')
    response.end(isWorker ? body.toString().replace(/const version = "/, '$&next-') : body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  const release = () => {
    isReleased = true
  }
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, release, isFailing: () => isFailing }
}

test('a new version waits for a tap, and reloads the page at its place, and no form in another tab', async (t) => {
  const front = await openFront(t)
  const { page, context } = await openPage(chromium, front.address)
  t.after(() => context.close())
  await page.goto(front.address)
  await isReadyForOffline(page)
  assert.equal(front.isFailing(), false, 'one failed request delays nothing')
  const other = await context.newPage()
  await other.goto(`${front.address}/login`)
  await other.getByLabel('用户名或学号').fill('小林')
  front.release()
  await page.evaluate('window.isSamePage = true')
  await page.evaluate('navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => undefined)')
  await page.getByText('有新版本').waitFor()
  assert.equal(await page.evaluate('window.isSamePage'), true)
  await page.getByRole('button', { name: '刷新' }).click()
  await until(() => page.evaluate<boolean>('window.isSamePage === undefined').catch(() => false), 'the page reloads')
  await page.getByRole('link', { name: '注册' }).waitFor()
  await other.getByText('有新版本').waitFor()
  assert.equal(await other.getByLabel('用户名或学号').inputValue(), '小林')
  // It is from the previous version, whose files it still has.
  await context.setOffline(true)
  await other.getByRole('link', { name: '注册' }).click()
  await other.getByRole('heading', { name: '注册', level: 1 }).waitFor()
  const names = await page.evaluate<string[]>('caches.keys()')
  assert.deepEqual([names.length, names[1]?.startsWith('next-')], [2, true])
})

test('an open page of a removed release continues as a page of the current one', async (t) => {
  const { page, context } = await openPage(chromium, service.address, { serviceWorkers: 'block' })
  t.after(() => context.close())
  await page.goto(service.address)
  await page.evaluate('window.isSamePage = true')
  let isGone = true
  await context.route('**/assets/LoginScreen-*.js', (route) => {
    if (!isGone) return route.continue()
    isGone = false
    return route.fulfill({ status: 404, json: { error: 'not found', message: '' } })
  })
  await page.getByRole('link', { name: '登录' }).click()
  await page.getByLabel('用户名或学号').waitFor()
  assert.deepEqual([isGone, await page.evaluate('window.isSamePage')], [false, undefined])
})

test('a screen whose file does not load shows a message with a way to continue', async (t) => {
  const { page, context } = await openPage(chromium, service.address, { serviceWorkers: 'block' })
  t.after(() => context.close())
  let asked = 0
  await context.route('**/assets/LoginScreen-*.js', (route) => {
    asked++
    return route.abort()
  })
  await page.goto(`${service.address}/login?next=/me`)
  await page.getByText('没有收到服务器的回答').waitFor()
  assert.equal(asked, 2, 'it is requested once more, and not repeatedly')
  await context.unroute('**/assets/LoginScreen-*.js')
  await page.getByRole('link', { name: '重试' }).click()
  await page.getByLabel('用户名或学号').waitFor()
  assert.equal(page.url(), `${service.address}/login?next=/me`)
  // Without a network and without a worker, a screen that was not opened before.
  await context.setOffline(true)
  await page.getByRole('link', { name: '注册' }).click()
  await page.getByText('没有网络，这一页还没有保存过内容').waitFor()
  await page.getByLabel('用户名或学号').waitFor()
})
