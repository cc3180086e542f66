import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { send } from '../contract/client.ts'
import type { TestBrowser } from '../support/browser.ts'

export const phone = { viewport: { width: 390, height: 844 }, locale: 'zh-CN' }

export interface OpenedPage {
  context: BrowserContext
  page: Page
  /** What the page said on its console, and whatever it asked of another origin. */
  complaints: string[]
}

export async function openPage(
  chromium: TestBrowser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await chromium.browser.newContext({ ...phone, ...options })
  const complaints: string[] = []
  context.on('page', (page) => watch(page, address, complaints))
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return { context, page, complaints }
}

function watch(page: Page, address: string, complaints: string[]): void {
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== address) complaints.push(request.url())
  })
}

export const [, , ...spareStudents] = demoStudents

export interface Student {
  username: string
  password: string
}

/** Registers by the API, and signs in by the page. */
export async function signedIn(
  page: Page,
  address: string,
  { username, password }: Student,
  number = 0,
): Promise<void> {
  const school = demoStudents[number]
  const json = { username, password, stu_id: school?.studentNumber, stu_pwd: school?.schoolPassword }
  await send('POST', `${address}/api/v1.0/register`, { json })
  await page.goto(`${address}/login`)
  await page.getByLabel('用户名或学号').fill(username)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('button', { name: /开始学习|结束学习/ }).waitFor()
}
