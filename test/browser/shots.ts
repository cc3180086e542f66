// `npm run web:shots -- [--wide] [--english] [NAME…]`: takes a screenshot of each screen of the web app, on a phone, light and dark,
// in Chinese, into web/shots; and looks for faults in both themes and both languages.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { startService } from '../support/service.ts'
import { termSettings } from './figure-screens.ts'
import { faultsIn, lookAs, looks, overflowOf } from './screen-faults.ts'
import { openPage, phone, register } from './web-page.ts'
import { regular, screens, seedRecords } from './web-screens.ts'

const folder = join(import.meta.dirname, '../../web/shots')
const options = { wide: { type: 'boolean' }, english: { type: 'boolean' } } as const
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const shown = {
  language: values.english ? 'en' : 'zh',
  viewport: values.wide ? { width: 1280, height: 800 } : phone.viewport,
}

async function shoot(page: Page, name: string): Promise<void> {
  // A sticky bar would cover the middle of a long screenshot.
  const height = await page.evaluate<number>('document.documentElement.scrollHeight')
  await page.setViewportSize({ width: shown.viewport.width, height: Math.max(shown.viewport.height, height) })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  await page.setViewportSize(shown.viewport)
}

mkdirSync(folder, { recursive: true })
const service = await startService(termSettings)
const chromium = await openBrowser()
try {
  await register(service.address, regular)
  await seedRecords(service.address, regular)
  for (const { name, open, student = regular } of screens) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const { page, context } = await openPage(chromium, service.address, {
      ...{ locale: 'en-GB', deviceScaleFactor: 2, reducedMotion: 'reduce', serviceWorkers: 'block' },
      viewport: shown.viewport,
    })
    await open(page, service.address, student)
    const faults: string[] = []
    for (const look of looks) {
      await lookAs(page, look)
      const size = values.wide ? '-wide' : ''
      const suffix = `${values.english ? '-en' : ''}${size}-${look.colorScheme}`
      if (look.language === shown.language) await shoot(page, `${name}${suffix}`)
      const found = [...(await faultsIn(page)), ...(values.wide ? [] : await overflowOf(page))]
      faults.push(...found.map((fault) => `  ${look.colorScheme}, ${look.language}: ${fault}`))
    }
    console.log([name, ...faults].join('\n'))
    if (faults.length > 0) process.exitCode = 1
    await context.close()
  }
} finally {
  await chromium.close()
  await service.close()
}
