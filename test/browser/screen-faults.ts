import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

export interface Look {
  colorScheme: 'light' | 'dark'
  language: 'zh' | 'en'
}

/** The first two cover each theme and each language. Pages are opened in English, because without a network only Chinese is always available. */
export const looks: Look[] = [
  { colorScheme: 'dark', language: 'en' },
  { colorScheme: 'light', language: 'zh' },
  { colorScheme: 'dark', language: 'zh' },
  { colorScheme: 'light', language: 'en' },
]

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const own = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8').trim()
const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const run = `axe.run(document, { runOnly: ${JSON.stringify(levels)}, resultTypes: ['violations'], preload: false })`
/** A colour in transition is neither the old nor the new one. */
const settled =
  'Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))).then(() => undefined)'

/** Changes theme and language, as the system and another tab do. */
export async function lookAs(page: Page, { colorScheme, language }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(`localStorage.setItem('language', '${language}')
    dispatchEvent(new StorageEvent('storage', { key: 'language' }))`)
  await page.locator(`html[lang^=${language}]`).waitFor()
  await page.evaluate(settled)
}

/** One of the functions of in-page.js. */
export function inPage<T>(page: Page, name: 'tooFaint' | 'tooWide' | 'unreachable' | 'focusFault'): Promise<T> {
  return page.evaluate<T>(`${own}.${name}()`)
}

/** The faults that axe finds on the current page, and low contrast in charts, with the element. */
export async function faultsIn(page: Page): Promise<string[]> {
  const hasAxe = await page.evaluate<boolean>("typeof axe === 'object'")
  if (!hasAxe) await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>(run)
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`),
  )
  return [...found, ...(await inPage<string[]>(page, 'tooFaint')), ...(await inPage<string[]>(page, 'unreachable'))]
}

/** What does not fit a small phone, or a phone with text twice as large. */
export async function overflowOf(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const [width, size] of [
    [320, 16],
    [390, 32],
  ] as const) {
    await page.setViewportSize({ width, height: 844 })
    await page.evaluate(`document.documentElement.style.fontSize = '${size}px'`)
    for (const fault of await inPage<string[]>(page, 'tooWide'))
      found.push(`${width} px, letters of ${size} px: ${fault}`)
  }
  await page.evaluate("document.documentElement.style.removeProperty('font-size')")
  await page.setViewportSize({ width: 390, height: 844 })
  return found
}
