import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

export interface TestBrowser {
  browser: Browser
  close(): Promise<void>
}

/** Leads to 127.0.0.1, and is for the browser what an address in a LAN is: no secure context, without TLS. */
export const lanHost = 'library.test'

/** A Chromium from npm. Its files are unpacked into a folder of their own: it would take whatever lies in the shared one. */
export async function openBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-browser-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const executablePath = await chromium.executablePath()
    const browser = await playwright.launch({
      executablePath,
      args: ['--no-sandbox', `--host-resolver-rules=MAP ${lanHost} 127.0.0.1`],
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
