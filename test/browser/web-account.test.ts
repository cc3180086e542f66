import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { freePort, lanHost, openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { openPage, register, type Student, signedIn } from './web-page.ts'

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
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const credentials = ({ username, password: secret }: Student) => basic(username, secret)

interface Recorded {
  id: number
  start_time: string
  end_time: string | null
  subject: string | null
  note: string | null
  self_reported: boolean
}

async function recordsOf(student: Student): Promise<Recorded[]> {
  const { body } = await send('GET', `${service.address}/api/v1.0/users/me/studys`, { as: credentials(student) })
  return (body as { studys: Recorded[] }).studys
}

test('a record is edited, deleted and brought back, and a past one added', async () => {
  const student: Student = { username: '小禾', password, school: 0 }
  const { page, context } = await openPage(chromium, service.address)
  await signedIn(page, service.address, student)
  const as = credentials(student)
  const { body } = await send('POST', `${service.address}/api/v1.0/studys/`, { as, json: { subject: '物理' } })
  const { id } = body as { id: number }
  await send('PUT', `${service.address}/api/v1.0/studys/${id}`, { as })
  await page.goto(`${service.address}/records`)
  await page.getByRole('button', { name: /物理/ }).click()
  await page.getByLabel('科目（可不填）').fill('大学物理')
  await page.getByLabel('备注（可不填）').fill('第三章')
  await button(page, '保存').click()
  await until(async () => (await recordsOf(student))[0]?.note === '第三章', 'the edit reaches the service')
  const [before] = await recordsOf(student)
  await page.getByRole('button', { name: /大学物理/ }).click()
  await button(page, '删除').click()
  await page.getByRole('button', { name: /大学物理/ }).waitFor({ state: 'detached' })
  await button(page, '撤销').click()
  await page.getByRole('button', { name: /大学物理/ }).waitFor()
  assert.deepEqual((await recordsOf(student))[0], before, 'nothing of it has changed')
  await page.getByRole('button', { name: /大学物理/ }).click()
  await button(page, '删除').click()
  await until(async () => (await recordsOf(student)).length === 0, 'the deletion reaches the service')
  await button(page, '补记').click()
  await button(page, '保存').click()
  await page.getByText('自行填报', { exact: true }).waitFor()
  await until(async () => (await recordsOf(student)).length === 1, 'the past record reaches the service')
  await context.close()
})

test('an account is changed, and lost, only behind its password', async () => {
  const student: Student = { username: '小谷', password, school: 1 }
  const [one, other] = [await openPage(chromium, service.address), await openPage(chromium, service.address)]
  await signedIn(one.page, service.address, student)
  await signedIn(other.page, service.address, student)
  const { page } = one
  await page.getByRole('link', { name: '我的' }).click()
  await page.getByRole('radio', { name: '仅自己' }).check()
  await until(async () => {
    const { body } = await send('GET', `${service.address}/api/v1.0/users/me/settings`, { as: credentials(student) })
    return (body as { visibility: string }).visibility === 'only_me'
  }, 'the visibility is saved')
  await page.getByRole('button', { name: /^退出 / }).click()
  await other.page.getByText('登录已失效').waitFor()
  await signedIn(other.page, service.address, student)

  const changed = { ...student, password: '阅览室里也很安静呀' }
  await button(page, '修改密码').click()
  await page.getByLabel('新密码').fill(changed.password)
  await page.getByLabel('现在的密码').fill('不是这个密码')
  await button(page, '保存').click()
  await page.getByRole('dialog').getByRole('alert').getByText(/密码/).waitFor()
  await page.getByLabel('现在的密码').fill(password)
  await button(page, '保存').click()
  await page.getByText('密码已修改').waitFor()
  await other.page.getByText('登录已失效').waitFor()
  const download = page.waitForEvent('download')
  await button(page, 'CSV').click()
  assert.match((await download).suggestedFilename(), /\.csv$/)

  await button(page, '注销账号').click()
  await page.getByLabel('现在的密码').fill(changed.password)
  await page.getByRole('dialog').getByRole('button', { name: '注销账号' }).click()
  await page.getByRole('link', { name: '注册' }).waitFor()
  const { status } = await send('GET', `${service.address}/api/v1.0/users/me`, { as: credentials(changed) })
  assert.equal(status, 401)
  for (const { context } of [one, other]) await context.close()
})

test('another student’s start shows within seconds, by events and where they do not get through', async () => {
  const watcher: Student = { username: '小米', password, school: 2 }
  const starter: Student = { username: '小麦', password, school: 3 }
  await register(service.address, starter)
  for (const hasEvents of [true, false]) {
    const { page, context } = await openPage(chromium, service.address)
    await signedIn(page, service.address, watcher)
    if (!hasEvents)
      await context.route('**/api/v1.0/live', (route) =>
        route.request().resourceType() === 'eventsource' ? route.abort() : route.continue(),
      )
    await page.getByRole('link', { name: '正在学习' }).click()
    await page.getByText(hasEvents ? '实时' : '每隔几秒刷新', { exact: true }).waitFor()
    await page.getByText('现在没有人在学习').waitFor()
    const as = credentials(starter)
    const { body } = await send('POST', `${service.address}/api/v1.0/studys/`, { as })
    const startedAt = performance.now()
    await page.getByRole('listitem').filter({ hasText: starter.username }).waitFor()
    if (hasEvents) assert.ok(performance.now() - startedAt < 5000)
    await send('PUT', `${service.address}/api/v1.0/studys/${(body as { id: number }).id}`, { as })
    await page.getByText('现在没有人在学习').waitFor()
    await context.setOffline(true)
    await page.getByText('没有网络，暂不更新').waitFor()
    await context.close()
  }
})

test('without TLS, a session that has ended opens no password box', async (t) => {
  const port = await freePort()
  const origin = `http://${lanHost}:${port}`
  const site = await startService({ PORT: String(port), PUBLIC_URL: origin })
  t.after(() => site.close())
  const { page, context } = await openPage(chromium, origin)
  const client = await context.newCDPSession(page)
  let boxes = 0
  client.on('Fetch.requestPaused', ({ requestId }) => void client.send('Fetch.continueRequest', { requestId }))
  client.on('Fetch.authRequired', ({ requestId }) => {
    boxes += 1
    void client.send('Fetch.continueWithAuth', { requestId, authChallengeResponse: { response: 'CancelAuth' } })
  })
  await client.send('Fetch.enable', { handleAuthRequests: true })
  const student: Student = { username: '小豆', password, school: 0 }
  await register(site.address, student)
  await page.goto(`${origin}/login`)
  await page.getByLabel('用户名或学号').fill(student.username)
  await page.getByLabel('密码', { exact: true }).fill(student.password)
  await button(page, '登录').click()
  await button(page, '开始学习').waitFor()
  await page.getByRole('link', { name: '正在学习' }).click()
  await page.getByText('实时', { exact: true }).waitFor()
  await context.clearCookies()
  await page.reload()
  await page.getByText('登录已失效').waitFor()
  assert.equal(boxes, 0)
  await context.close()
})
