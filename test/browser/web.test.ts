import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, send } from '../contract/client.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { assertTook, until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { openIn, openPage, phone, type Student, signedIn } from './web-page.ts'

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
const lin: Student = { username: '小林', password, school: 0 }

interface Recorded {
  start_time: string
  end_time: string | null
  subject: string | null
}

/** Oldest first. */
async function recordsOf({ username, password: secret }: Student): Promise<Recorded[]> {
  const { body } = await send('GET', `${service.address}/api/v1.0/users/me/studys`, { as: basic(username, secret) })
  return (body as { studys: Recorded[] }).studys
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

test('a student registers with the school, studies, and finds the record in a restarted browser', async (t) => {
  const profile = await mkdtemp(join(tmpdir(), 'occupy-profile-'))
  let context = await chromium.openProfile(profile, phone)
  t.after(async () => {
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  const { page, complaints } = await openIn(context, service.address)
  const [school] = demoStudents
  await page.goto(service.address)
  await page.getByRole('link', { name: '注册' }).click()
  await page.getByLabel('用户名').fill(lin.username)
  await page.getByLabel('密码', { exact: true }).fill(lin.password)
  await page.getByLabel('学号').fill(school?.studentNumber ?? '')
  await page.getByLabel('教务系统密码').fill(school?.schoolPassword ?? '')
  await button(page, '注册').click()
  await page.getByLabel('科目（可不填）').fill('高等数学')
  await button(page, '开始学习').click()
  await button(page, '结束学习').waitFor()
  await until(async () => (await recordsOf(lin)).length === 1, 'the start reaches the service')
  await page.reload()
  await button(page, '结束学习').click()
  await until(async () => (await recordsOf(lin))[0]?.end_time !== null, 'the end reaches the service')
  await button(page, '撤销').click()
  await button(page, '结束学习').waitFor()
  await until(async () => (await recordsOf(lin)).length === 2, 'the student continues')
  const [first, second] = await recordsOf(lin)
  assert.deepEqual(
    [first?.subject, second?.subject, second?.start_time, second?.end_time],
    ['高等数学', '高等数学', first?.end_time, null],
  )
  await context.close()
  context = await chromium.openProfile(profile, phone)
  const again = await context.newPage()
  await again.goto(service.address)
  await button(again, '结束学习').click()
  await until(async () => (await recordsOf(lin))[1]?.end_time !== null, 'the end reaches the service')
  assert.deepEqual(complaints, [])
})

test('a stop on one device shows on the other, and a sign-out in the other tab', async () => {
  const mei: Student = { username: '小梅', password, school: 2 }
  const [one, other] = [await openPage(chromium, service.address), await openPage(chromium, service.address)]
  await signedIn(one.page, service.address, mei)
  await signedIn(other.page, service.address, mei)
  await button(one.page, '开始学习').click()
  await button(other.page, '结束学习').waitFor()
  await button(other.page, '结束学习').click()
  const stoppedAt = performance.now()
  await button(one.page, '开始学习').waitFor()
  assertTook(performance.now() - stoppedAt, 5000, 'a stop shows on the other device')
  const tab = await one.context.newPage()
  await tab.goto(`${service.address}/me`)
  await button(tab, '退出登录').click()
  await one.page.getByRole('link', { name: '登录' }).waitFor()
  for (const { context } of [one, other]) await context.close()
})

test('an error is announced to screen readers, and says what to do', async () => {
  const { page, context } = await openPage(chromium, service.address, { locale: 'en-GB' })
  await page.goto(`${service.address}/login`)
  await page.getByLabel('User name or student number').fill('nobody')
  await page.getByLabel('Password', { exact: true }).fill('a wrong password')
  await button(page, 'Sign in').click()
  await page
    .getByRole('alert')
    .getByText(/credentials|password/i)
    .waitFor()
  await context.close()
})
