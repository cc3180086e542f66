import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { openPage } from './web-page.ts'

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

/** Stands before the service, and serves another release of the worker once it is told to. */
async function openFront() {
  let isReleased = false
  const server = createServer(async (request, response) => {
    const { accept = '*/*' } = request.headers
    const answer = await fetch(`${service.address}${request.url}`, { headers: { accept } })
    const body = Buffer.from(await answer.arrayBuffer())
    const isWorker = isReleased && request.url === '/sw.js'
    response.setHeader('content-type', answer.headers.get('content-type') ?? '')
    response.end(isWorker ? body.toString().replace(/const version = "/, '$&next-') : body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const release = () => {
    isReleased = true
  }
  const close = async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  }
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, release, close }
}

test('a new version waits for a tap, and reloads then', async () => {
  const front = await openFront()
  const { page, context } = await openPage(chromium, front.address)
  await page.goto(front.address)
  await until(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'), 'the worker takes over')
  front.release()
  await page.evaluate('window.isSamePage = true')
  await page.evaluate('navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => undefined)')
  await page.getByText('有新版本').waitFor()
  assert.equal(await page.evaluate('window.isSamePage'), true)
  await page.getByRole('button', { name: '刷新' }).click()
  await until(
    () => page.evaluate<boolean>('window.isSamePage === undefined').catch(() => false),
    'the page is loaded anew',
  )
  await page.getByRole('link', { name: '注册' }).waitFor()
  const names = await page.evaluate<string[]>('caches.keys()')
  assert.deepEqual([names.length, names[0]?.startsWith('next-')], [1, true])
  await context.close()
  await front.close()
})

test('a page that is open from a release that is gone goes on as a page of the present one', async () => {
  const { page, context } = await openPage(chromium, service.address, { serviceWorkers: 'block' })
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
  await context.close()
})
