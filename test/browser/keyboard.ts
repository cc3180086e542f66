import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { until } from '../support/patience.ts'
import { inPage } from './screen-faults.ts'

const mostStops = 150

/** A student without a mouse. */
export class Keyboard {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  /** Presses Tab as often as necessary. The focus must be visible at every stop. */
  async to(target: Locator): Promise<void> {
    await target.first().waitFor()
    for (let stops = 0; stops < mostStops; stops++) {
      if (await hasFocus(target)) return
      await this.page.keyboard.press('Tab')
      const isOnPage = await this.page.evaluate<boolean>('document.activeElement !== document.body')
      if (!isOnPage) continue
      const fault = await inPage<string>(this.page, 'focusFault')
      assert.equal(fault, '', await this.page.evaluate<string>('document.activeElement.outerHTML.slice(0, 200)'))
    }
    assert.fail(`${target} is not reached by Tab`)
  }

  async press(target: Locator, key = 'Enter'): Promise<void> {
    await this.to(target)
    await this.page.keyboard.press(key)
  }

  async type(target: Locator, text: string): Promise<void> {
    await this.to(target)
    await this.page.keyboard.insertText(text)
  }

  /** Opens a sheet and closes it with Escape: the focus returns to where it was. */
  async look(opener: Locator): Promise<void> {
    await this.press(opener)
    await this.page.locator('dialog[open]').waitFor()
    await this.page.keyboard.press('Escape')
    await this.page.locator('dialog').waitFor({ state: 'detached' })
    await this.isOn(opener)
  }

  async isOn(target: Locator): Promise<void> {
    await until(() => hasFocus(target), `the focus is on ${target}`)
  }

  async isOnTitle(): Promise<void> {
    await this.isOn(this.page.locator('h1'))
  }
}

async function hasFocus(target: Locator): Promise<boolean> {
  const states = await target.evaluateAll((all) => all.map((one) => one === one.ownerDocument.activeElement))
  return states.includes(true)
}
