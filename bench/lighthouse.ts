// `node bench/lighthouse.ts FOLDER [PATH…]`: runs Lighthouse on the web app, on a phone with a simulated slow 4G. Lighthouse is not
// a package of this project: run `npm install lighthouse` in FOLDER first. `-/login` opens a page without signing in.
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import chromium from '@sparticuz/chromium'
import { seedBoard, termSettings, yesterday } from '../test/browser/figure-screens.ts'
import { register } from '../test/browser/web-page.ts'
import { regular, seedRecords } from '../test/browser/web-screens.ts'
import { startService } from '../test/support/service.ts'

/** The parts of both packages that are used here. */
interface LighthouseResult {
  lhr: {
    categories: Record<string, { score: number }>
    audits: Record<string, { numericValue?: number }>
    environment: { benchmarkIndex: number }
  }
}
type Lighthouse = (url: string, flags: object, config: undefined, page: unknown) => Promise<LighthouseResult>
interface Page {
  goto(url: string): Promise<unknown>
  evaluate(script: string): Promise<unknown>
}
interface Browser {
  createBrowserContext(): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>
  close(): Promise<void>
}

const [place = '.', ...wanted] = process.argv.slice(2)
const usual = [
  '-/',
  '-/login',
  '-/register',
  '/',
  '/statistics',
  `/day/${yesterday}`,
  '/records',
  '/now',
  '/board',
  '/me',
]
const find = createRequire(join(resolve(place), 'none.js'))
const load = async (name: string) => (await import(pathToFileURL(find.resolve(name)).href)).default
const lighthouse = (await load('lighthouse')) as Lighthouse
const puppeteer = (await load('puppeteer-core')) as { launch(options: object): Promise<Browser> }
const onlyCategories = ['performance', 'accessibility', 'best-practices']

/** Before the app is first opened: nothing is cached. */
const signIn = `(async () => {
  const body = JSON.stringify(${JSON.stringify({ username: regular.username, password: regular.password })})
  const answer = await fetch('/api/v1.0/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { url, username } = await answer.json()
  localStorage.setItem('account', JSON.stringify({ id: Number(url.split('/').at(-1)), username }))
})()`

async function measure(browser: Browser, address: string, given: string): Promise<void> {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  await page.goto(`${address}/icon.svg`)
  if (!given.startsWith('-')) await page.evaluate(signIn)
  const flags = { logLevel: 'error', disableStorageReset: true, onlyCategories }
  const { lhr } = await lighthouse(address + given.replace(/^-/, ''), flags, undefined, page)
  const scores = onlyCategories.map((name) => Math.round((lhr.categories[name]?.score ?? 0) * 100)).join(' ')
  const value = (name: string) => lhr.audits[name]?.numericValue ?? Number.NaN
  const [lcp, blocked] = [value('largest-contentful-paint'), value('total-blocking-time')].map(Math.round)
  const shift = value('cumulative-layout-shift').toFixed(4)
  const { benchmarkIndex } = lhr.environment
  console.log(
    `${given.padEnd(18)} ${scores}  LCP ${lcp} ms, TBT ${blocked} ms, CLS ${shift}, machine ${benchmarkIndex}`,
  )
  await context.close()
}

const folder = await mkdtemp(join(tmpdir(), 'occupy-lighthouse-'))
process.env.TMPDIR = folder
const executablePath = await chromium.executablePath()
const service = await startService(termSettings)
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox', '--accept-lang=zh-CN'] })
try {
  await register(service.address, regular)
  await seedRecords(service.address, regular)
  await seedBoard(service.address, [regular])
  for (const path of wanted.length > 0 ? wanted : usual) await measure(browser, service.address, path)
} finally {
  await browser.close()
  await service.close()
  await rm(folder, { recursive: true, force: true })
}
