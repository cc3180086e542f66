import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { send } from '../contract/client.ts'
import type { TestBrowser } from '../support/browser.ts'
import { patience, until } from '../support/patience.ts'

export const phone = { viewport: { width: 390, height: 844 }, locale: 'zh-CN' }

export interface OpenedPage {
  context: BrowserContext
  page: Page
  /** The console output of the page, and its requests to other origins. */
  complaints: string[]
}

export async function openPage(
  chromium: TestBrowser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  return openIn(await chromium.browser.newContext({ ...phone, ...options }), address)
}

/** Opens a page in a running browser. */
export async function openIn(context: BrowserContext, address: string): Promise<OpenedPage> {
  const complaints: string[] = []
  context.on('page', (page) => watch(page, address, complaints))
  const page = await context.newPage()
  page.setDefaultTimeout(patience(60_000))
  return { context, page, complaints }
}

/** Equivalent to a page of a fresh browser, but faster: only cached files of this origin remain. */
export async function renew(page: Page, address: string): Promise<void> {
  const context = page.context()
  // Must come first: the app would send its queued entries once it is online again.
  await page.goto('about:blank')
  await page.unrouteAll()
  await context.setOffline(false)
  // A page of this origin without the app.
  await page.goto(`${address}/icon.svg`)
  const client = await context.newCDPSession(page)
  await client.send('Storage.clearDataForOrigin', { origin: address, storageTypes: 'all' })
  await client.detach()
  await page.evaluate('sessionStorage.clear()')
}

/** A new page may load before the browser's own switch takes effect, so API requests are blocked too. */
export async function goOffline(context: BrowserContext): Promise<void> {
  await context.route('**/api/**', (route) => route.abort())
  await context.setOffline(true)
}

export async function goOnline(context: BrowserContext): Promise<void> {
  await context.unroute('**/api/**')
  await context.setOffline(false)
}

/** The service worker has all files of the app. */
export async function isReadyForOffline(page: Page): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  await until(() => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'), 'the worker takes over')
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
  /** The index of a student of the demo school. */
  school: number
}

/** Registers by the API, unless that is already done. */
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

type Kept = Awaited<ReturnType<BrowserContext['storageState']>>
const kept = new Map<string, Promise<Kept>>()

/** Opens a path as a signed-in student: signs in by the page the first time, then with the stored browser state. */
export async function openAs(page: Page, address: string, student: Student, path: string): Promise<void> {
  const name = `${address} ${student.username}`
  const state = kept.get(name) ?? signInOnce(page.context(), address, student)
  kept.set(name, state)
  const { cookies, origins } = await state
  await page.context().addCookies(cookies)
  // A page of this origin on which the app does not run yet.
  await page.goto(`${address}/icon.svg`)
  const items = origins.flatMap(({ localStorage }) => localStorage)
  await page.evaluate(`for (const { name, value } of ${JSON.stringify(items)}) localStorage.setItem(name, value)`)
  await page.goto(`${address}${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

/** In a separate page, since the other may replace responses to the app. */
async function signInOnce(context: BrowserContext, address: string, student: Student): Promise<Kept> {
  const page = await context.newPage()
  await signedIn(page, address, student)
  const state = await context.storageState()
  await page.close()
  return state
}
