// `npm run web:shots [NAME…]`: takes a picture of each screen of the web app, on a phone, light and dark, into web/shots.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openBrowser } from '../support/browser.ts'
import { startService } from '../support/service.ts'
import { termSettings } from './figure-screens.ts'
import { openPage, phone, register } from './web-page.ts'
import { regular, screens, seedRecords } from './web-screens.ts'

const folder = join(import.meta.dirname, '../../web/shots')
const wanted = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const service = await startService(termSettings)
const chromium = await openBrowser()
try {
  await register(service.address, regular)
  await seedRecords(service.address, regular)
  for (const { name, open, student = regular } of screens) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    for (const colorScheme of ['light', 'dark'] as const) {
      const options = { colorScheme, deviceScaleFactor: 2, reducedMotion: 'reduce' } as const
      const { page, context } = await openPage(chromium, service.address, options)
      await open(page, service.address, student)
      await page.evaluate('document.fonts.ready.then(() => undefined)')
      // A bar that stands still would lie over the middle of a long picture.
      const height = await page.evaluate<number>('document.documentElement.scrollHeight')
      await page.setViewportSize({ width: phone.viewport.width, height: Math.max(phone.viewport.height, height) })
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true })
      await context.close()
    }
    console.log(name)
  }
} finally {
  await chromium.close()
  await service.close()
}
