import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

export interface TestBrowser {
  browser: Browser
  close(): Promise<void>
}

/** It and all names below `.test` resolve to 127.0.0.1. To the browser it is like an address in a LAN: without TLS it is not a secure context. */
export const lanHost = 'library.test'

/** Starts the Chromium from npm. It is unpacked into a new folder, because it would use any files left in the shared one. */
export async function openBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-browser-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const executablePath = await chromium.executablePath()
    const browser = await playwright.launch({
      executablePath,
      args: ['--no-sandbox', `--host-resolver-rules=MAP *.test 127.0.0.1`],
    })
    return {
      browser,
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

/** For a service whose PUBLIC_URL names its port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
