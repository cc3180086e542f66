import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { type Service, startService } from '../support/service.ts'
import { termSettings } from './figure-screens.ts'
import { openPage, register } from './web-page.ts'
import { regular, screens, seedRecords } from './web-screens.ts'

let service: Service
let chromium: TestBrowser
before(async () => {
  service = await startService(termSettings)
  chromium = await openBrowser()
  await register(service.address, regular)
  await seedRecords(service.address, regular)
})
after(async () => {
  await chromium?.close()
  await service?.close()
})

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds, with the place. */
async function findings(page: Page): Promise<string[]> {
  // A colour that is still changing is none of the two.
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)))')
  await page.evaluate(axe.source)
  const run = `axe.run(document, { runOnly: ${JSON.stringify(levels)} })`
  const { violations } = await page.evaluate<axe.AxeResults>(run)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`),
  )
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const locale of ['zh-CN', 'en-GB']) {
    test(`axe finds nothing on any screen, ${colorScheme}, ${locale}`, async () => {
      for (const { name, open } of screens) {
        const { page, context } = await openPage(chromium, service.address, {
          colorScheme,
          locale,
          reducedMotion: 'reduce',
        })
        const student = screens.find((one) => one.name === name)?.student ?? regular
        await open(page, service.address, student)
        assert.deepEqual(await findings(page), [], name)
        await context.close()
      }
    })
  }
}

test('nothing is wider than a small phone, with letters twice as large too', async () => {
  const widths = 'const { scrollWidth, clientWidth } = document.documentElement; [scrollWidth, clientWidth]'
  for (const [width, size] of [
    [320, '100%'],
    [390, '200%'],
  ] as const) {
    for (const { name, open, student = regular } of screens) {
      const { page, context } = await openPage(chromium, service.address, { viewport: { width, height: 700 } })
      await open(page, service.address, student)
      await page.evaluate(`document.documentElement.style.fontSize = '${size}'`)
      const [scrollWidth = 0, clientWidth = 0] = await page.evaluate<number[]>(widths)
      assert.ok(scrollWidth <= clientWidth, `${name}: ${scrollWidth} px on ${clientWidth}`)
      await context.close()
    }
  }
})
