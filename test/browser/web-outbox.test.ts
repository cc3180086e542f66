import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { BrowserContext, Page, Route } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { killBrowser, openBrowser, type TestBrowser } from '../support/browser.ts'
import { type CuttableLink, linkTo } from '../support/cuttable-link.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import {
  goOffline,
  goOnline,
  isReadyForOffline,
  type OpenedPage,
  openIn,
  openPage,
  phone,
  register,
  type Student,
  signedIn,
} from './web-page.ts'
import { routes } from './web-routes.ts'

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
const [rain, snow, wind, thunder] = ['小雨', '小雪', '小风', '小雷'].map((username, school) => ({
  ...{ username, password, school },
})) as [Student, Student, Student, Student]
const writes = '**/api/v1.0/studys/**'
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

interface Recorded {
  id: number
  start_time: string
  end_time: string | null
  subject: string | null
  note: string | null
}

/** Oldest first. */
async function recordsOf({ username, password: secret }: Student): Promise<Recorded[]> {
  const { body } = await send('GET', `${service.address}/api/v1.0/users/me/studys`, { as: basic(username, secret) })
  return (body as { studys: Recorded[] }).studys
}

const signOutEverywhere = ({ username }: Student) =>
  send('DELETE', `${service.address}/api/v1.0/users/me/sessions`, { as: basic(username, password) })

type Step = (route: Route) => Promise<void>

const refuse =
  (status: number, headers = {}): Step =>
  (route) =>
    route.fulfill({ status, headers, json: { error: 'x', message: '稍后再试' } })

/** The service handles the request, and the connection is cut before the response. */
const lose: Step = async (route) => {
  await route.fetch()
  await route.abort()
}

/** What happens to the next writes. Later ones succeed. Returns the keys of all. */
async function meet(context: BrowserContext, steps: Step[]): Promise<string[]> {
  const keys: string[] = []
  await context.route(writes, async (route) => {
    const headers = route.request().headers()
    keys.push(headers['idempotency-key'] ?? '')
    const step = steps.shift()
    return step ? step(route) : route.continue()
  })
  return keys
}

async function start(page: Page, subject: string): Promise<void> {
  await page.getByLabel('科目（可不填）').fill(subject)
  await button(page, '开始学习').click()
  await button(page, '结束学习').waitFor()
}

async function stop(page: Page): Promise<void> {
  await button(page, '结束学习').click()
  await button(page, '开始学习').waitFor()
}

test('a start shows before its response, and is stored once even if responses are lost', async (t) => {
  const { page, context } = await openPage(chromium, service.address)
  t.after(() => context.close())
  await signedIn(page, service.address, rain)
  const { promise: isShown, resolve: shown } = Promise.withResolvers<void>()
  const first: Step = async (route) => {
    await isShown
    await lose(route)
  }
  const keys = await meet(context, [first, refuse(500), refuse(429, { 'retry-after': '1' })])
  await button(page, '开始学习').click()
  await button(page, '结束学习').waitFor()
  await page.getByText('1 条等待上传').waitFor()
  shown()
  await page.getByText('1 条等待上传').waitFor({ state: 'detached' })
  assert.equal(keys.length, 4)
  assert.equal(new Set(keys).size, 1)
  assert.equal((await recordsOf(rain)).length, 1)
  await button(page, '结束学习').click()
  await until(async () => (await recordsOf(rain))[0]?.end_time !== null, 'the end reaches the service')
})

test('while Retry-After lasts, nothing is sent for any reason', async (t) => {
  const { page, context } = await openPage(chromium, service.address)
  t.after(() => context.close())
  await signedIn(page, service.address, rain)
  const keys = await meet(context, [refuse(429, { 'retry-after': '600' })])
  await start(page, '物理')
  await until(() => keys.length === 1, 'the start is sent')
  await stop(page)
  await page.getByText('2 条等待上传').waitFor()
  await page.evaluate(`dispatchEvent(new Event('online'))`)
  await page.reload()
  await page.getByText('2 条等待上传').waitFor()
  await page.waitForResponse('**/api/v1.0/users/me/studys*')
  await page.waitForResponse('**/api/v1.0/users/me/studys*')
  assert.equal(keys.length, 1)
  await page.getByRole('button', { name: '2 条等待上传' }).click()
  await page.getByText('约 10 分钟后自动上传').waitFor()
})

test('a refused entry stays visible, and can be discarded or corrected', async (t) => {
  const { page, context } = await openPage(chromium, service.address)
  t.after(() => context.close())
  await signedIn(page, service.address, snow)
  const keys = await meet(context, [refuse(400), refuse(400)])
  const parked = page.getByRole('button', { name: '1 条没有被接受' })
  await start(page, '物理')
  await parked.click()
  await page.getByRole('dialog').getByText('稍后再试').waitFor()
  await page.reload()
  await parked.click()
  await button(page, '放弃').click()
  await page.keyboard.press('Escape')
  await start(page, '生物')
  await parked.click()
  await button(page, '修改').click()
  await page.getByLabel('开始时间').fill('2026-01-05T08:30')
  await page.getByRole('dialog').getByLabel('科目（可不填）').fill('化学')
  await button(page, '重试').click()
  await until(async () => (await recordsOf(snow)).length === 1, 'it is sent as corrected')
  const [record] = await recordsOf(snow)
  assert.deepEqual([record?.start_time, record?.subject, keys.length], ['2026-01-05 00:30:00', '化学', 3])
})

test('unsent entries stay after a sign-out, and are never sent by another student', async (t) => {
  const { page, context } = await openPage(chromium, service.address)
  t.after(() => context.close())
  await signedIn(page, service.address, wind)
  await context.route(writes, refuse(503))
  await start(page, '物理')
  await page.getByText('1 条等待上传').waitFor()
  const late = await lateTab(context)
  await page.getByRole('link', { name: '我的' }).click()
  await button(page, '退出登录').click()
  await page.getByText('还有 1 条操作没有上传').waitFor()
  await button(page, '仍然退出').click()
  await page.getByRole('link', { name: '登录' }).waitFor()
  await context.unroute(writes)
  await signedIn(page, service.address, thunder)
  assert.equal(await page.getByText('条等待上传').count(), 0)
  // The other tab still shows the first student, but has the second one's cookie.
  await late.unroute('**/api/**')
  await late.evaluate(`dispatchEvent(new Event('online'))`)
  await late.getByText('条等待上传').waitFor({ state: 'detached' })
  assert.deepEqual([(await recordsOf(wind)).length, (await recordsOf(thunder)).length], [0, 0])
  await page.getByRole('link', { name: '我的' }).click()
  await button(page, '退出登录').click()
  await page.getByRole('link', { name: '登录' }).waitFor()
  await signedIn(page, service.address, wind)
  await until(async () => (await recordsOf(wind)).length === 1, 'it is sent by its owner')
  await stop(page)
  await until(async () => typeof (await recordsOf(wind))[0]?.end_time === 'string', 'the end reaches the service')
})

/** A tab that receives no messages from other tabs. */
async function lateTab(context: BrowserContext): Promise<Page> {
  const late = await context.newPage()
  await late.addInitScript(`BroadcastChannel.prototype.addEventListener = () => undefined
    addEventListener('storage', (event) => event.stopImmediatePropagation())`)
  await late.goto(service.address)
  await late.getByText('1 条等待上传').waitFor()
  await late.route('**/api/**', (route) => route.abort())
  return late
}

test('of two tabs one sends, and both show the result', async (t) => {
  const { page, context } = await openPage(chromium, service.address)
  t.after(() => context.close())
  await signedIn(page, service.address, thunder)
  await isReadyForOffline(page)
  const keys: string[] = []
  context.on('request', (request) => {
    if (request.method() !== 'GET') keys.push(request.headers()['idempotency-key'] ?? '')
  })
  const other = await context.newPage()
  await other.goto(`${service.address}/records`)
  await goOffline(context)
  await start(page, '物理')
  // A sheet opened before the record has an id.
  await other.getByRole('button', { name: /物理/ }).click()
  await other.getByLabel('备注（可不填）').fill('第三章')
  await stop(page)
  await start(page, '化学')
  await page.getByText('3 条等待上传').waitFor()
  await goOnline(context)
  await page.getByText('条等待上传').waitFor({ state: 'detached' })
  assert.deepEqual([keys.length, new Set(keys).size], [3, 3])
  await button(other, '保存').click()
  await until(async () => (await recordsOf(thunder))[0]?.note === '第三章', 'the note reaches its record')
  // What can still be undone in one tab is not sent by the other.
  await other.getByRole('button', { name: /物理/ }).click()
  await button(other, '删除').click()
  await page.locator('.recent').getByText('物理').waitFor({ state: 'detached' })
  // It waits for its undo time, not for the network.
  for (const tab of [page, other]) assert.equal(await tab.getByText('条等待上传').count(), 0)
  await stop(page)
  await until(async () => typeof (await recordsOf(thunder))[1]?.end_time === 'string', 'the stop reaches the service')
  await button(other, '撤销').click()
  await page.getByText('条等待上传').waitFor({ state: 'detached' })
  assert.deepEqual(
    (await recordsOf(thunder)).map(({ subject, note }) => [subject, note]),
    [
      ['物理', '第三章'],
      ['化学', null],
    ],
  )
})

test('if the browser stores nothing, entries last as long as the page, which says so', async (t) => {
  const { page, context } = await openPage(chromium, service.address)
  t.after(() => context.close())
  await page.addInitScript(`IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError') }`)
  await signedIn(page, service.address, snow)
  const before = (await recordsOf(snow)).length
  await goOffline(context)
  await start(page, '物理')
  await stop(page)
  await page.getByText('2 条等待上传').waitFor()
  await page.getByText('这个浏览器不允许保存数据').waitFor()
  await goOnline(context)
  await page.getByText('条等待上传').waitFor({ state: 'detached' })
  assert.equal((await recordsOf(snow)).length, before + 1)
})

const kept = (then: string) => `new Promise((done, failed) => {
  const opening = indexedDB.open('occupy')
  opening.onerror = failed
  opening.onsuccess = () => {
    const work = opening.result.transaction('outbox', 'readwrite')
    const asked = work.objectStore('outbox').getAll()
    asked.onsuccess = () => { ${then} }
    work.oncomplete = () => { opening.result.close(); done(asked.result) }
  }
})`

test('after a day, an entry whose response was lost is looked up, because its key has expired', async (t) => {
  const { page, context } = await openPage(chromium, service.address)
  t.after(() => context.close())
  await signedIn(page, service.address, snow)
  const before = (await recordsOf(snow)).length
  await meet(context, [lose])
  await start(page, '昨天')
  await until(async () => (await recordsOf(snow)).length === before + 1, 'the service does it')
  await page.getByText('1 条等待上传').waitFor()
  await goOffline(context)
  const aged = `for (const entry of asked.result) work.objectStore('outbox').put({ ...entry, key: 'forgotten', sentAt: entry.sentAt - 86400 })
    for (const { key } of asked.result) work.objectStore('outbox').delete(key)`
  await page.evaluate(kept(aged))
  await page.goto('about:blank')
  await goOnline(context)
  await page.goto(service.address)
  await page.getByText('条等待上传').waitFor({ state: 'detached' })
  await stop(page)
  await until(async () => (await recordsOf(snow)).every(({ end_time }) => end_time !== null), 'it is the same record')
  assert.equal((await recordsOf(snow)).length, before + 1)
})

/** Every route of the app, with sample parameters. */
const paths = routes.map(({ path }) => path.replace('/:path(.*)*', '/no/such.page').replace(':day', '2026-11-26'))

/** A phone on which the app was loaded once, with this clock. */
interface Phone {
  open(): Promise<OpenedPage>
  link: CuttableLink
  address: string
}

async function openPhone(t: TestContext, hours: number): Promise<Phone> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-profile-'))
  const link = await linkTo(service.address)
  const address = `http://127.0.0.1:${link.port}`
  let last: BrowserContext | undefined
  t.after(async () => {
    await last?.close()
    await link.cut()
    await rm(folder, { recursive: true, maxRetries: 5 })
  })
  const open = async () => {
    last = await chromium.openProfile(folder, { ...phone, timezoneId: 'America/New_York' })
    await last.addInitScript(`const RealDate = Date
      Date = class extends RealDate {
        constructor(...words) { super(...(words.length ? words : [Date.now()])) }
        static now() { return RealDate.now() + ${hours * 3_600_000} }
      }`)
    return openIn(last, address)
  }
  return { open, link, address }
}

/** As with the radio off: the browser reports it, and no request succeeds anyway. */
async function unplug({ link }: Phone, context: BrowserContext): Promise<void> {
  await link.cut()
  await context.setOffline(true)
}

const ofStudent = ({ start_time, end_time, subject, note }: Recorded) => ({ start_time, end_time, subject, note })

interface Times {
  start_time?: string | undefined
  end_time?: string | undefined
}
type Done = Times & { action: string }

/** What a student does without a network. Returns the stored entries. */
async function studyOffline(page: Page, address: string): Promise<Done[]> {
  await page.goto(address)
  await start(page, '高等数学')
  await stop(page)
  await page.goto(`${address}/records`)
  await page.getByRole('button', { name: /高等数学/ }).click()
  await page.getByLabel('备注（可不填）').fill('第三章')
  await button(page, '保存').click()
  // What is not counted yet is not stored yet.
  await page.getByText('3 条等待上传').waitFor()
  await page.goto(address)
  await start(page, '大学英语')
  await stop(page)
  await start(page, '线性代数')
  await page.getByText('6 条等待上传').waitFor()
  await page.goto(`${address}/records`)
  await page.getByRole('button', { name: /大学英语/ }).click()
  await button(page, '删除').click()
  let entries: (Done & { order: number })[] = []
  // The last one is not counted while it can be undone.
  const areKept = async () => {
    entries = await page.evaluate<typeof entries>(kept(''))
    return entries.length === 7
  }
  await until(areKept, 'everything is stored')
  return entries.sort((a, b) => a.order - b.order)
}

/** Two past records, which both devices know. */
async function seedPast({ username, password: secret }: Student): Promise<void> {
  const items = ['高等数学', '大学英语'].map((subject, at) => ({
    ...{ key: `${subject} of ${username}`, action: 'record', subject },
    ...{ start_time: `2026-02-0${at + 1} 01:00:00`, end_time: `2026-02-0${at + 1} 02:00:00` },
  }))
  const url = `${service.address}/api/v1.0/studys/batch`
  const { status } = await send('POST', url, { as: basic(username, secret), json: { items } })
  assert.equal(status, 200)
}

/** The app that was loaded and then lost the network, with its stored records. */
async function loadedOffline(t: TestContext, student: Student): Promise<OpenedPage> {
  const opened = await openPage(chromium, service.address)
  t.after(() => opened.context.close())
  await signedIn(opened.page, service.address, student)
  await isReadyForOffline(opened.page)
  await opened.page.getByRole('link', { name: '全部记录' }).click()
  await opened.page.getByRole('button', { name: /高等数学/ }).waitFor()
  await goOffline(opened.context)
  return opened
}

async function editOf(page: Page, record: RegExp, label: string, text: string): Promise<void> {
  await page.getByRole('button', { name: record }).click()
  await page.getByRole('dialog').getByLabel(label, { exact: true }).fill(text)
  await button(page, '保存').click()
}

/** The records that were started and stopped there. By then everything waits for the network only. */
async function timesOn(page: Page): Promise<Times> {
  await page.getByText('4 条等待上传').waitFor()
  const entries = await page.evaluate<Done[]>(kept(''))
  const [{ start_time } = {}, { end_time } = {}] = ['start', 'end'].map((action) =>
    entries.find((entry) => entry.action === action),
  )
  return { start_time, end_time }
}

/** Goes online, and sends what can be sent. */
async function comeBack({ context, page }: OpenedPage): Promise<void> {
  await goOnline(context)
  await page.getByText('条等待上传').waitFor({ state: 'detached' })
}

for (const [isPhoneFirst, student] of [
  [true, snow],
  [false, thunder],
] as const) {
  const order = isPhoneFirst ? 'the one that edits' : 'the one that deletes'
  test(`of two devices that were offline ${order} reconnects first: everything is stored once, or shown as refused`, async (t) => {
    await register(service.address, student)
    const before = new Set((await recordsOf(student)).map(({ id }) => id))
    await seedPast(student)
    const [phone, laptop] = await Promise.all([loadedOffline(t, student), loadedOffline(t, student)])
    await editOf(phone.page, /大学英语/, '备注（可不填）', '单词')
    await editOf(laptop.page, /大学英语/, '科目（可不填）', '英语听力')
    await editOf(phone.page, /高等数学/, '备注（可不填）', '第三章')
    await laptop.page.getByRole('button', { name: /高等数学/ }).click()
    await button(laptop.page, '删除').click()
    // Their times overlap.
    for (const { page } of [phone, laptop]) await page.getByRole('link', { name: '学习', exact: true }).click()
    await start(phone.page, '物理')
    await start(laptop.page, '化学')
    await stop(laptop.page)
    await stop(phone.page)
    const [physics, chemistry] = await Promise.all([timesOn(phone.page), timesOn(laptop.page)])

    const parked = phone.page.getByRole('button', { name: '1 条没有被接受' })
    if (isPhoneFirst) {
      // Its stop is still being sent when the other one reconnects, and starts after it.
      await phone.context.route(writes, async (route) => {
        if (route.request().method() === 'PUT') await comeBack(laptop)
        await route.continue()
      })
      await comeBack(phone)
    } else {
      await comeBack(laptop)
      await comeBack(phone)
      await parked.click()
      await phone.page.getByRole('dialog').getByText('修改记录').waitFor()
      await button(phone.page, '放弃').click()
      await phone.page.keyboard.press('Escape')
    }
    await parked.waitFor({ state: 'detached' })
    const added = (await recordsOf(student)).filter(({ id }) => !before.has(id)).map(ofStudent)
    const past = { start_time: '2026-02-02 01:00:00', end_time: '2026-02-02 02:00:00' }
    assert.deepEqual(
      new Map(added.map(({ subject, ...record }) => [subject, record])),
      new Map([
        ['英语听力', { ...past, note: '单词' }],
        ['物理', { ...physics, note: null }],
        ['化学', { ...chemistry, note: null }],
      ]),
    )
    assert.equal(added.length, 3)
  })
}

// At the same time, because most of it is the app's pauses between two tries.
describe('two phones whose clocks are wrong', { concurrency: true }, () => {
  for (const [hours, student] of [
    [3, rain],
    [-3, wind],
  ] as const) {
    test(`works offline from a cold start to a kill, then through faults of the service, ${hours} h off in New York`, async (t) => {
      const device = await openPhone(t, hours)
      const { address } = device
      const loaded = await device.open()
      await signedIn(loaded.page, address, student)
      await isReadyForOffline(loaded.page)
      await loaded.context.close()
      const before = (await recordsOf(student)).length

      const first = await device.open()
      await unplug(device, first.context)
      for (const path of paths) {
        await first.page.goto(`${address}${path}`)
        await first.page.getByRole('heading', { level: 1 }).waitFor()
        await first.page.getByText('现在没有网络').waitFor()
        await first.page.getByText('正在加载').waitFor({ state: 'detached' })
      }
      const begunAt = Date.now() / 1000
      const done = await studyOffline(first.page, address)
      const endedAt = Date.now() / 1000
      assert.deepEqual(first.complaints, [])
      await killBrowser(first.context)

      const { context, page } = await device.open()
      await unplug(device, context)
      await page.goto(address)
      await page.getByText('7 条等待上传').waitFor()
      await button(page, '结束学习').waitFor()
      assert.equal((await recordsOf(student)).length, before)
      const expire: Step = async (route) => {
        await signOutEverywhere(student)
        await route.continue()
      }
      await meet(context, [lose, refuse(500), refuse(429, { 'retry-after': '1' }), expire])
      await device.link.repair()
      await context.setOffline(false)
      await page.getByText('登录已失效').waitFor()
      await context.unroute(writes)
      const pass: Step = (route) => route.continue()
      await meet(context, [pass, lose, pass, lose])
      await signedIn(page, address, student)
      await page.getByText('条等待上传').waitFor({ state: 'detached', timeout: 60_000 })

      const [math, mathEnd, , , , algebra] = done
      assert.deepEqual((await recordsOf(student)).slice(before).map(ofStudent), [
        { start_time: math?.start_time, end_time: mathEnd?.end_time, subject: '高等数学', note: '第三章' },
        { start_time: algebra?.start_time, end_time: null, subject: '线性代数', note: null },
      ])
      const times = [math?.start_time, mathEnd?.end_time, algebra?.start_time].map(
        (time) => Date.parse(`${time?.replace(' ', 'T')}Z`) / 1000,
      )
      assert.ok(Math.min(...times) > begunAt - 3 && Math.max(...times) < endedAt + 3, String(times))
      assert.deepEqual(times, times.toSorted())
    })
  }
})
