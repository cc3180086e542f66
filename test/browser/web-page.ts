import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { send } from '../contract/client.ts'
import type { TestBrowser } from '../support/browser.ts'
import { patience } from '../support/patience.ts'

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
  const complaints = complaintsOf(context, address)
  const page = await context.newPage()
  page.setDefaultTimeout(patience(15_000))
  return { context, page, complaints }
}

export function complaintsOf(context: BrowserContext, address: string): string[] {
  const complaints: string[] = []
  context.on('page', (page) => watch(page, address, complaints))
  return complaints
}

function watch(page: Page, address: string, complaints: string[]): void {
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== address) complaints.push(request.url())
  })
}

export interface Student {
  username: string
  password: string
  /** Which of the demo school's students. */
  school: number
}

/** Registers by the API, where that was not done before. */
export async function register(address: string, { username, password, school }: Student): Promise<void> {
  const known = demoStudents[school]
  const json = { username, password, stu_id: known?.studentNumber, stu_pwd: known?.schoolPassword }
  await send('POST', `${address}/api/v1.0/register`, { json })
}

/** Registers by the API, and signs in by the page. */
export async function signedIn(page: Page, address: string, student: Student): Promise<void> {
  await register(address, student)
  await page.goto(`${address}/login`)
  await page.locator('input').nth(0).fill(student.username)
  await page.locator('input').nth(1).fill(student.password)
  await page.locator('button[type=submit]').click()
  await page.locator('.clock-button').waitFor()
  await page.locator('.recent').waitFor()
}
