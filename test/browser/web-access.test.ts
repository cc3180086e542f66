import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, send } from '../contract/client.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { termSettings, yesterday } from './figure-screens.ts'
import { Keyboard } from './keyboard.ts'
import { faultsIn, type Look, lookAs, looks, overflowOf } from './screen-faults.ts'
import { openAs, openPage, register, renew } from './web-page.ts'
import { routes } from './web-routes.ts'
import { regular, screens, seedRecords } from './web-screens.ts'

let service: Service
let chromium: TestBrowser
before(async () => {
  service = await startService(termSettings)
  chromium = await openBrowser()
  await register(service.address, regular)
  await seedRecords(service.address, regular)
})
after(async () => {
  await chromium?.close()
  await service?.close()
})

/** The route of a URL. The catch-all route comes last. */
function routeOf(url: string): string | undefined {
  const { pathname } = new URL(url)
  return routes.find(({ path }) =>
    new RegExp(`^${path.replace(/:path.*/, '.*').replace(/:\w+/g, '[^/]+')}$`).test(pathname),
  )?.path
}

test('no state of any screen has an accessibility fault or is wider than a small phone', async () => {
  const seen: string[] = []
  const faults: string[] = []
  const options = { locale: 'en-GB', serviceWorkers: 'block' } as const
  const shared = await openPage(chromium, service.address, options)
  for (const { name, open, isAlone, student = regular } of screens) {
    const own = isAlone ? await openPage(chromium, service.address, options) : undefined
    const { page, complaints } = own ?? shared
    if (!own) await renew(page, service.address)
    await open(page, service.address, student).catch((error) => faults.push(`${name}: ${error}`))
    // Alternately, so that each screen is checked in both: `npm run web:shots` checks each state in all four looks.
    const look = looks[seen.length % 2] as Look
    seen.push(`${routeOf(page.url())} ${name}`)
    await lookAs(page, look)
    const found = [...(await faultsIn(page)), ...(await overflowOf(page))]
    faults.push(...found.map((fault) => `${name}, ${look.colorScheme}, ${look.language}: ${fault}`))
    // The browser itself logs each error response, and Playwright each blocked request.
    const expected = /^(?:error: Failed to load resource|warning: Service Worker registration blocked)/
    const said = complaints.splice(0).filter((one) => !expected.test(one))
    faults.push(...said.map((one) => `${name}: ${one}`))
    await own?.context.close()
  }
  await shared.context.close()
  assert.deepEqual(faults, [])
  assert.ok(routes.length >= 12)
  for (const { path, isOpen } of routes) {
    const states = seen.filter((one) => one.startsWith(`${path} `)).join()
    assert.notEqual(states, '', `${path} has no state in web-screens.ts`)
    if (!isOpen) assert.match(states, /error|failed|missing/, `no error state of ${path} was checked`)
  }
})

/** Two frames, so that what the first one painted is reported. */
const aFrame = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))'

test('nothing on the screen moves while responses arrive', async () => {
  const { page, context } = await openPage(chromium, service.address, { serviceWorkers: 'block' })
  await page.addInitScript(`globalThis.shifts = []
    new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({ type: 'layout-shift', buffered: true })`)
  // One after the other, with time to paint in between. A stream would never end.
  let last: Promise<unknown> = Promise.resolve()
  await page.route('**/api/**', (route) => {
    if (route.request().resourceType() === 'eventsource') return route.abort()
    last = last.then(() => page.evaluate(aFrame).catch(() => undefined))
    return last.then(() => route.continue())
  })
  for (const { path } of routes.filter(({ isOpen, path }) => !isOpen || path === '/')) {
    await openAs(page, service.address, regular, path.replace(':day', yesterday))
    await page.waitForLoadState('networkidle')
    const moved = await page.evaluate<number>('shifts.reduce((sum, { value }) => sum + value, 0)')
    assert.ok(moved <= 0.02, `${path}: ${moved}`)
  }
  await context.close()
})

async function latestOf({ address }: Service, { username, password }: { username: string; password: string }) {
  const { body } = await send('GET', `${address}/api/v1.0/users/me/studys`, { as: basic(username, password) })
  return (body as { studys: { end_time: string | null }[] }).studys.at(-1)
}

test('every action of every screen works by keyboard alone', async (t) => {
  const site = await startService(termSettings)
  t.after(() => site.close())
  const { page, context, complaints } = await openPage(chromium, site.address, { reducedMotion: 'reduce' })
  const keys = new Keyboard(page)
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const link = (name: string) => page.getByRole('link', { name, exact: true })
  const field = (name: string) => page.getByLabel(name, { exact: true })
  const [, school] = demoStudents
  const body = { username: '小键', password: '图书馆里真的很安静' }

  await page.goto(site.address)
  await keys.press(link('跳到正文'))
  await keys.isOnTitle()
  await keys.press(link('登录'))
  await keys.isOnTitle()
  await keys.press(button('登录'))
  await keys.isOn(field('用户名或学号'))
  await keys.press(link('找回密码'))
  await keys.isOnTitle()
  await page.goBack()
  await keys.press(link('注册'))
  await keys.isOnTitle()
  await keys.type(field('学号'), school?.studentNumber ?? '')
  await keys.type(field('教务系统密码'), school?.schoolPassword ?? '')
  await keys.type(field('用户名'), body.username)
  await keys.press(button('显示密码').last(), 'Space')
  await keys.type(page.locator('input[type=text][autocomplete=new-password]'), body.password)
  await page.keyboard.press('Enter')
  await page.locator('.clock-button').waitFor()

  await keys.type(field('科目（可不填）'), '物理')
  await keys.press(button('开始学习'), 'Space')
  await keys.isOn(button('结束学习'))
  await page.keyboard.press('Enter')
  // An end that is undone before it is sent leaves one record, and this one two.
  await until(async () => (await latestOf(site, body))?.end_time != null, 'the end reaches the service')
  await keys.press(button('撤销'))
  await keys.isOnTitle()
  await keys.press(button('结束学习'))
  await keys.look(page.locator('.today .chip'))
  await keys.press(page.locator('.today .chip'), 'Space')
  await keys.press(button('关闭'))
  await keys.isOn(page.locator('.today .chip'))

  await keys.press(link('统计'))
  await keys.isOnTitle()
  for (const name of ['学期', '月', '周']) {
    await keys.press(button(name), 'Space')
    await keys.isOn(button(name))
  }
  await keys.press(button('往前'))
  await keys.press(button('往后'))
  await keys.to(page.locator('.period-bars a'))
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/day/**')
  await keys.isOnTitle()
  await keys.press(button('往前'))
  await keys.isOn(button('往前'))
  await keys.press(link('回到统计'))
  await keys.press(page.locator('.year a'))
  await page.waitForURL('**/day/**')
  await keys.press(link('全部记录'))
  await keys.isOnTitle()

  await keys.look(button('补记'))
  await keys.press(button('补记'), 'Space')
  await keys.press(button('保存'))
  await keys.isOn(button('补记'))
  const rows = page.locator('.records-open')
  await until(async () => (await rows.count()) === 3, 'the past record is there')
  await keys.look(rows)
  await keys.press(rows)
  await keys.type(field('备注（可不填）'), '第三章')
  await keys.press(button('保存'), 'Space')
  await keys.isOn(rows)
  await page.keyboard.press('Enter')
  await keys.press(button('删除'))
  await until(async () => (await rows.count()) === 2, 'the record is deleted')
  await keys.isOnTitle()
  await keys.press(button('撤销'))
  await until(async () => (await rows.count()) === 3, 'the record is back')

  await keys.press(link('正在学习'))
  await keys.press(link('修改我的可见范围'))
  await keys.press(link('排行'))
  for (const name of ['本学期', '本月', '本周', '今日']) await keys.press(button(name))

  await keys.press(link('我的'))
  await keys.isOnTitle()
  await keys.to(page.getByRole('radio', { name: '所有人' }))
  await page.keyboard.press('ArrowDown')
  await keys.isOn(page.getByRole('radio', { name: '匿名', exact: true }))
  await page.getByText('已保存').waitFor()
  await keys.type(field('每日目标（分钟）'), '90')
  await page.keyboard.press('Enter')
  await keys.to(page.getByRole('radio', { name: '中文' }))
  await page.keyboard.press('ArrowRight')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.keyboard.press('ArrowLeft')
  await keys.to(page.getByRole('radio', { name: '系统' }))
  await page.keyboard.press('ArrowRight')
  await page.locator('html[data-theme=light]').waitFor()
  const download = page.waitForEvent('download')
  await keys.press(button('CSV'))
  await (await download).delete()
  for (const name of ['修改用户名', '修改密码', '注销账号']) await keys.look(button(name))
  await keys.press(link('更换学号'))
  await keys.isOnTitle()
  await page.goBack()

  await send('POST', `${site.address}/api/v1.0/session`, { json: body })
  await page.reload()
  await keys.press(button(/^退出 /))
  await button(/^退出 /).waitFor({ state: 'detached' })
  await keys.isOnTitle()

  await page.route('**/studys/', (route) => route.fulfill({ status: 422, json: { error: 'no', message: '不行。' } }))
  await keys.press(link('学习'))
  await keys.press(button('开始学习'))
  await keys.look(page.locator('.outbox'))
  await keys.press(page.locator('.outbox'))
  await keys.press(button('修改'))
  await keys.press(button('放弃'))
  await keys.isOn(page.locator('dialog h2'))
  await page.keyboard.press('Escape')
  await keys.isOnTitle()
  await keys.press(link('我的'))
  await keys.press(button('退出登录'))
  await link('登录').waitFor()
  await keys.isOnTitle()
  assert.deepEqual(
    complaints.filter((one) => !one.includes('422')),
    [],
  )
  await context.close()
})
