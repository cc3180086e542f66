import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Route } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { openPage, type Student, signedIn } from './web-page.ts'

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

const password = '图书馆里真的很安静'
const rain: Student = { username: '小雨', password, school: 0 }
const writes = '**/api/v1.0/studys/**'

interface Recorded {
  id: number
  start_time: string
  end_time: string | null
}

async function recordsOf({ username, password: secret }: Student): Promise<Recorded[]> {
  const { body } = await send('GET', `${service.address}/api/v1.0/users/me/studys`, { as: basic(username, secret) })
  return (body as { studys: Recorded[] }).studys
}

const refuse =
  (status: number, headers = {}) =>
  (route: Route) =>
    route.fulfill({ status, headers, json: { error: 'x', message: '稍后再试' } })

test('a start whose answer was lost, and then failed twice, is there once', async () => {
  const { page, context } = await openPage(chromium, service.address)
  await signedIn(page, service.address, rain)
  const steps = [
    async (route: Route) => {
      await route.fetch()
      await route.abort()
    },
    refuse(500),
    refuse(429, { 'retry-after': '1' }),
  ]
  const keys: (string | undefined)[] = []
  await context.route(writes, async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    const step = steps.shift()
    return step ? step(route) : route.continue()
  })
  await page.getByRole('button', { name: '开始学习' }).click()
  // It shows before anything is answered.
  await page.getByRole('button', { name: '结束学习' }).waitFor({ timeout: 1000 })
  await page.getByText('1 条等待上传').waitFor()
  await until(async () => keys.length === 4, 'it is sent four times')
  await page.getByText('1 条等待上传').waitFor({ state: 'detached' })
  assert.equal(new Set(keys).size, 1)
  assert.equal((await recordsOf(rain)).length, 1)
  await context.close()
})

test('what is refused is kept and shown, and can be given up; what was to follow it is not sent', async () => {
  const student: Student = { username: '小雪', password, school: 1 }
  const { page, context } = await openPage(chromium, service.address)
  await signedIn(page, service.address, student)
  await context.route(writes, refuse(400))
  await page.getByRole('button', { name: '开始学习' }).click()
  await page.getByRole('button', { name: '1 条没有被接受' }).click()
  await page.getByRole('dialog').getByText('稍后再试').waitFor()
  await page.reload()
  await page.getByRole('button', { name: '1 条没有被接受' }).click()
  await context.unroute(writes)
  await page.getByRole('button', { name: '放弃' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '开始学习' }).waitFor()
  assert.equal((await recordsOf(student)).length, 0)
  await context.close()
})

test('what waits is kept when the session ends, and never sent by another student', async () => {
  const [owner, other]: Student[] = [
    { username: '小风', password, school: 2 },
    { username: '小雷', password, school: 3 },
  ]
  if (!owner || !other) throw new Error('two students')
  const { page, context } = await openPage(chromium, service.address)
  await signedIn(page, service.address, owner)
  await context.route(writes, refuse(503))
  await page.getByRole('button', { name: '开始学习' }).click()
  await page.getByText('1 条等待上传').waitFor()
  // The session ends elsewhere.
  await send('DELETE', `${service.address}/api/v1.0/users/me/sessions`, { as: basic(owner.username, password) })
  await context.clearCookies()
  await page.getByText('登录已失效').waitFor()
  await context.unroute(writes)
  await signedIn(page, service.address, other)
  assert.equal(await page.getByText('1 条等待上传').count(), 0)
  await page.getByRole('link', { name: '我的' }).click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('link', { name: '登录' }).waitFor()
  assert.deepEqual([(await recordsOf(owner)).length, (await recordsOf(other)).length], [0, 0])
  await signedIn(page, service.address, owner)
  await until(async () => (await recordsOf(owner)).length === 1, 'it is sent by its owner')
  await context.close()
})

test('a phone that is three hours off, in New York, tells the service’s time and the campus’ days', async () => {
  const { page, context } = await openPage(chromium, service.address, { timezoneId: 'America/New_York' })
  await page.addInitScript('const now = Date.now; Date.now = () => now() + 10_800_000')
  await signedIn(page, service.address, rain)
  const before = Date.now() / 1000
  await page.getByRole('button', { name: /开始学习|结束学习/ }).click()
  await until(async () => (await recordsOf(rain))[0]?.end_time !== null, 'it ends')
  const [record] = await recordsOf(rain)
  const end = Date.parse(`${record?.end_time?.replace(' ', 'T')}Z`) / 1000
  assert.ok(Math.abs(end - before) < 60, String(record?.end_time))
  const shown = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' })
  await page
    .locator('.recent')
    .getByText(shown.format(end * 1000))
    .first()
    .waitFor()
  await context.close()
})
