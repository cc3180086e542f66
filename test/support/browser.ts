import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium as playwright,
} from 'playwright-core'
import { until } from './patience.ts'

export interface TestBrowser {
  browser: Browser
  /** A person's browser, with cookies and data in the folder. The person can close it and open it again. */
  openProfile(folder: string, options?: BrowserContextOptions): Promise<BrowserContext>
  close(): Promise<void>
}

/** This name and all names below `.test` resolve to 127.0.0.1. To the browser they are like an address in a LAN: without TLS not a secure context. */
export const lanHost = 'library.test'

/** Starts the Chromium from npm. */
export async function openBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-browser-'))
  try {
    const executablePath = await unpacked(folder)
    const args = ['--no-sandbox', `--host-resolver-rules=MAP *.test 127.0.0.1`]
    const launching = { executablePath, args, env: { ...process.env, TMPDIR: folder } }
    const browser = await playwright.launch(launching)
    return {
      browser,
      openProfile: (profile, options) => playwright.launchPersistentContext(profile, { ...options, ...launching }),
      close: async () => {
        await browser.close()
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    throw error
  }
}

/**
 * The path of the browser. Unpacking takes two seconds of processor time, so it is done once in a run of the tests: by the first
 * test file that makes the folder. The others wait. Without such a run, it is unpacked into `folder`.
 */
async function unpacked(folder: string): Promise<string> {
  const run = process.env.TEST_RUN_FOLDER
  if (run === undefined) return unpackInto(folder)
  const shared = join(run, 'chromium')
  const done = join(run, 'chromium-path')
  const isFirst = await mkdir(shared).then(
    () => true,
    () => false,
  )
  if (isFirst) {
    const path = await unpackInto(shared)
    // Renamed, so that it is never found without its content.
    await writeFile(`${done}-new`, path)
    await rename(`${done}-new`, done)
  }
  await until(() => existsSync(done), 'Chromium is unpacked', { ms: 60_000 })
  return readFile(done, 'utf8')
}

/** The package unpacks into the folder for temporary files, and would use any file that it finds there. */
async function unpackInto(folder: string): Promise<string> {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    return await chromium.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** Ends the browser as the system may do it, without a chance to save anything. */
export async function killBrowser(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const main = processInfo.find(({ type }) => type === 'browser')
  if (main === undefined) throw new Error('the browser does not report its process')
  const closed = context.waitForEvent('close')
  process.kill(main.id, 'SIGKILL')
  await closed
}

/** Counts how often the browser is about to open its own password dialog, which a test cannot see. */
export async function countPasswordBoxes(page: Page): Promise<() => number> {
  const client = await page.context().newCDPSession(page)
  let boxes = 0
  // A closed page cannot continue its requests.
  const send = (...command: Parameters<typeof client.send>) => void client.send(...command).catch(() => undefined)
  client.on('Fetch.requestPaused', ({ requestId }) => send('Fetch.continueRequest', { requestId }))
  client.on('Fetch.authRequired', ({ requestId }) => {
    boxes += 1
    send('Fetch.continueWithAuth', { requestId, authChallengeResponse: { response: 'CancelAuth' } })
  })
  await client.send('Fetch.enable', { handleAuthRequests: true })
  return () => boxes
}

/** For a service whose PUBLIC_URL contains its port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
