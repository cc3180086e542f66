import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
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

export interface TestBrowser {
  browser: Browser
  /** A person's browser, with cookies and data in the folder. The person can close it and open it again. */
  openProfile(folder: string, options?: BrowserContextOptions): Promise<BrowserContext>
  close(): Promise<void>
}

/** This name and all names below `.test` resolve to 127.0.0.1. To the browser they are like an address in a LAN: without TLS not a secure context. */
export const lanHost = 'library.test'

/** Starts the Chromium from npm. It is unpacked into a new folder, because it would use any files left in the shared one. */
export async function openBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-browser-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const executablePath = await chromium.executablePath()
    const launching = { executablePath, args: ['--no-sandbox', `--host-resolver-rules=MAP *.test 127.0.0.1`] }
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
