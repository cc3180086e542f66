import type { Page } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { later, timezone, today } from './noon-campus.ts'
import { openAs, register, type Student } from './web-page.ts'
import type { WebScreen } from './web-screens.ts'

const password = '图书馆里真的很安静'
const quiet = { username: '小静', password, school: 2 }

/** A term that includes today, whenever that is. */
export const termStart = later(today, -80)
export const termSettings = { TIMEZONE: timezone, TERMS: `本学期:${termStart}:${later(today, 40)}` }

/** A day on which the seeded student has records. */
export const yesterday = later(today, -1)

function at(
  name: string,
  path: string,
  ready: string,
  how: 'full' | 'empty' | 'failed' | 'offline' = 'full',
): WebScreen {
  return {
    name: how === 'full' ? name : `${name}-${how}`,
    ...(how === 'empty' ? { student: quiet } : {}),
    async open(page, address, student) {
      if (how === 'failed') await failing(page)
      if (how === 'offline') await page.route(figures, (route) => route.abort())
      await openAs(page, address, student, path)
      if (how === 'offline') await page.context().setOffline(true)
      await page.locator(ready).first().waitFor()
      await page.locator('.load-waiting').waitFor({ state: 'detached' })
    },
  }
}

const figures = /api.*(?:statistics|ledger|leaderboards)/

/** The service fails. */
async function failing(page: Page): Promise<void> {
  const json = { error: 'service unavailable', message: '服务暂时不可用，请稍后再试。' }
  await page.route(figures, (route) => route.fulfill({ status: 503, json }))
}

const seeded = new Set<string>()

/** Students with seen time: the first two have the same, the first has no name. */
export async function seedBoard(address: string, students: Student[]): Promise<void> {
  if (seeded.has(address)) return
  seeded.add(address)
  const now = Math.floor(Date.now() / 1000)
  for (const [at, student] of students.entries()) {
    await register(address, student)
    const as = basic(student.username, student.password)
    if (at === 0)
      await send('PUT', `${address}/api/v1.0/users/me/settings`, { as, json: { visibility: 'ranked_anonymously' } })
    const start = now - 40 + 5 * Math.max(0, at - 1)
    const url = `${address}/api/v1.0/studys`
    const { body } = await send('POST', `${url}/`, { as, json: { start_time: wire(start) } })
    await send('PUT', `${url}/${(body as { id: number }).id}`, { as, json: { end_time: wire(now) } })
  }
}

function wire(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

export const figureScreens: WebScreen[] = [
  at('statistics', '/statistics', '.year'),
  at('statistics-month', '/statistics?by=month', '.period-bars'),
  at('statistics-term', '/statistics?by=term', '.period-bars'),
  at('statistics', '/statistics', '.period-bars', 'empty'),
  at('statistics', '/statistics', '.load-failed', 'failed'),
  at('statistics', '/statistics', '.load-failed', 'offline'),
  at('day', `/day/${yesterday}`, '.ledger'),
  at('day', '/day/2020-02-02', '.strip', 'empty'),
  at('day', `/day/${yesterday}`, '.load-failed', 'failed'),
  at('day-wrong', '/day/2026-02-30', 'h1'),
  {
    ...at('board', '/board', '.own-place'),
    async open(page, address, student) {
      await seedBoard(address, [{ username: '小安', password, school: 3 }, student])
      await at('board', '/board', '.board').open(page, address, student)
    },
  },
  at('board', '/board', '.own-place', 'empty'),
  at('board', '/board', '.load-failed', 'failed'),
  at('board', '/board', '.load-failed', 'offline'),
]
