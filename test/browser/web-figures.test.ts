import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { seedBoard, termSettings, termStart } from './figure-screens.ts'
import { later, midnight, today } from './noon-campus.ts'
import { createOracle, openSession, recordsOfStudents, seedStudents, takeSession } from './seeded-students.ts'
import { openPage, register, type Student, signedIn } from './web-page.ts'

let service: Service
/** Another student, of a seeded campus. */
let seeded: Service
let seededUrl = ''
let chromium: TestBrowser
before(async () => {
  const through = async (url: string) => (seededUrl = await seedStudents(url))
  const starting = [startService(termSettings), startService(termSettings, { through }), openBrowser()] as const
  ;[service, seeded, chromium] = await Promise.all(starting)
})
after(async () => {
  await chromium?.close()
  await seeded?.close()
  await service?.close()
})

const mo: Student = { username: '小墨', password: '图书馆里真的很安静', school: 0 }
const as = basic(mo.username, mo.password)
const hour = 3600

interface Statistics {
  streak: { current: number }
}
interface Ledger {
  seconds: number
  board_seconds: number
  intervals: { counted: number; notes: string[] }[]
}
interface Board {
  count: number
  rows: { rank: number; username: string | null; seconds: number }[]
  me: { rank: number | null; seconds: number }
}

async function read<T>(path: string): Promise<T> {
  const { status, body } = await send('GET', `${service.address}/api/v1.0${path}`, { as })
  assert.equal(status, 200, path)
  return body as T
}

/** Formatted as in the app's Chinese. */
function inWords(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / hour), Math.floor((seconds % hour) / 60)]
  if (seconds > 0 && hours + minutes === 0) return '不到 1 分钟'
  if (hours === 0) return `${minutes} 分钟`
  return minutes === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes} 分钟`
}

/** Three weeks of records, until this morning: some overlap, some cross midnight. */
async function seedPast(): Promise<void> {
  const noon = midnight(today) - 12 * hour
  const spans = Array.from({ length: 20 }, (_, at) => {
    const start = noon - at * 24 * hour + (at % 4) * 1700
    return { start, end: start + 2000 + ((at * 7) % 5) * 3100, subject: ['高等数学', '大学英语', null][at % 3] }
  })
  const late = { start: noon - 48 * hour + 11 * hour, end: noon - 48 * hour + 13 * hour, subject: null }
  const over = { start: noon - 24 * hour + 900, end: noon - 24 * hour + 3 * hour, subject: '大学英语' }
  const early = { start: midnight(today) + 8 * hour, end: midnight(today) + 10 * hour, subject: '大学英语' }
  const items = [...spans, late, over, early].map(({ start, end, subject }, at) => ({
    ...{ key: `past-${at}`, action: 'record', start_time: wire(start), end_time: wire(end), subject },
  }))
  const { status, body } = await send('POST', `${service.address}/api/v1.0/studys/batch`, { as, json: { items } })
  assert.equal(status, 200)
  assert.ok((body as { results: { status: number }[] }).results.every((one) => one.status < 300))
}

function wire(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

const choose = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** The labels and the values of the figures on a screen. */
const figures = (page: Page) => page.locator('.figures dd').allTextContents()

/** `FIGURES_STUDENTS=50 npm test -- test/browser/web-figures.test.ts` compares all 50. */
const seededCount = Number(process.env.FIGURES_STUDENTS ?? 3)

test(`the screens of ${seededCount} seeded students show the figures of the API and of a slow count`, async () => {
  const { page, context, complaints } = await openPage(chromium, seeded.address)
  await page.goto(seeded.address)
  const all = await recordsOfStudents(seededUrl, seeded.address, seededCount)
  for (const [at, records] of all.entries()) {
    const session = await openSession(seeded.address, at + 1)
    const oracle = createOracle(records, today)
    const ask = async (path: string) => {
      const headers = { cookie: session.cookie }
      const { body } = await send('GET', `${seeded.address}/api/v1.0/users/${path}`, { headers })
      return body
    }
    await takeSession(context, page, session)
    const compared = { id: at + 1, oracle, ask }
    await compareStudent(page, compared)
    if (at > 0) continue
    await page.goBack()
    await walkBack(page, compared)
  }
  assert.deepEqual(complaints, [])
  await context.close()
})

interface Compared {
  id: number
  oracle: ReturnType<typeof createOracle>
  ask(path: string): Promise<unknown>
}

async function compareStudent(page: Page, compared: Compared): Promise<void> {
  const { id, oracle } = compared
  const streak = oracle.streak()
  await page.getByRole('button', { name: streak > 0 ? `连续 ${streak} 天` : '今天开始新的连续' }).waitFor()
  const chart = page.getByRole('img', { name: /^最近 7 天/ })
  const last = oracle.statistics(later(today, -6), today).days.map(({ seconds }) => inWords(seconds))
  const shown = async () => [...((await chart.getAttribute('aria-label')) ?? '').matchAll(/：([^：；]+)(?=；|$)/g)]
  await until(async () => (await shown()).map(([, text]) => text).join() === last.join(), `student ${id}: ${last}`)

  await page.getByRole('link', { name: '统计' }).click()
  for (const kind of ['week', 'month', 'term'] as const) await comparePeriod(page, kind, compared)
  const year = oracle.statistics(`${today.slice(0, 4)}-01-01`, today).days
  const cells = year.map(({ seconds }) => (seconds === 0 ? '没有学习' : inWords(seconds)))
  assert.deepEqual(await lengthsOf(page, '.year a'), cells)
  await compareDay(page, compared)
}

/** Back to the month of the first record, and no further. */
async function walkBack(page: Page, { oracle }: Compared): Promise<void> {
  await choose(page, '月')
  const back = page.getByRole('button', { name: '往前' })
  const [year, month] = oracle.firstDay.split('-').map(Number)
  const first = page.getByRole('heading', { name: `${year} 年 ${month} 月`, exact: true })
  const isFirst = async () => {
    if (await first.isVisible()) return true
    await back.click()
    return false
  }
  await until(isFirst, 'the first month is shown')
  assert.equal(await back.getAttribute('aria-disabled'), 'true')
}

async function comparePeriod(page: Page, kind: 'week' | 'month' | 'term', compared: Compared): Promise<void> {
  const { id, oracle, ask } = compared
  const from = kind === 'term' ? termStart : firstOf(kind, today)
  const found = oracle.statistics(from, today)
  const { days, total_seconds, average_seconds, longest_seconds, subjects } = found
  const returned = (await ask(`${id}/statistics?from=${from}&to=${today}`)) as Statistics
  assert.partialDeepStrictEqual(returned, found, `student ${id}, ${kind}`)
  assert.equal(returned.streak.current, oracle.streak())

  await choose(page, { week: '周', month: '月', term: '学期' }[kind])
  const expected = [total_seconds, average_seconds, longest_seconds].map(inWords)
  await until(async () => (await figures(page)).join() === expected.join(), `student ${id}, ${kind}: ${expected}`)
  const rows = await page.locator('.subjects li').allInnerTexts()
  assert.deepEqual(
    rows.map((text) => text.trim().split(/\s*\n+\s*/)),
    subjects.map(({ subject, seconds }) => [subject ?? '未填科目', inWords(seconds)]),
  )
  const bars = kind === 'term' ? weeksOf(days) : days
  assert.deepEqual(
    await lengthsOf(page, '.period-bars a'),
    bars.map(({ seconds }) => inWords(seconds)),
  )
}

/** Opens the longest of the last days by tapping its bar. This month may have none yet. */
async function compareDay(page: Page, { id, oracle, ask }: Compared): Promise<void> {
  const { days } = oracle.statistics(later(today, -27), today)
  const { day } = days.reduce((most, each) => (each.seconds > most.seconds ? each : most))
  const found = oracle.ledger(day)
  const ledger = (await ask(`me/ledger?day=${day}`)) as Ledger
  assert.partialDeepStrictEqual(ledger, found, `student ${id}, ${day}`)
  const sum = ledger.intervals.reduce((all, { counted }) => all + counted, 0)
  assert.equal(sum, found.seconds)
  await choose(page, '月')
  if (firstOf('month', day) < firstOf('month', today)) await choose(page, '往前')
  await page.locator(`.period-bars a[href="/day/${day}"]`).click()
  const expected = [found.seconds, found.board_seconds].map(inWords)
  await until(async () => (await figures(page)).join() === expected.join(), `student ${id}, ${day}: ${expected}`)
  assert.deepEqual(
    await page.locator('.ledger-length').allInnerTexts(),
    ledger.intervals.map(({ counted }) => inWords(counted)),
  )
}

/** The durations in the links of a chart. */
async function lengthsOf(page: Page, links: string): Promise<(string | undefined)[]> {
  return page.locator(links).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')?.split('：')[1]))
}

/** Sums of weeks that start on Monday. */
function weeksOf(days: readonly { day: string; seconds: number }[]): { seconds: number }[] {
  const weeks = Map.groupBy(days, ({ day }) => firstOf('week', day))
  return [...weeks.values()].map((week) => ({ seconds: week.reduce((sum, { seconds }) => sum + seconds, 0) }))
}

function firstOf(kind: 'week' | 'month', day: string): string {
  if (kind === 'month') return `${day.slice(0, 7)}-01`
  return later(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7))
}

test('the keyboard opens a day from the year, and its screen shows the ledger', async () => {
  await register(service.address, mo)
  await seedPast()
  const { page, context, complaints } = await openPage(chromium, service.address)
  await signedIn(page, service.address, mo)
  await page.goto(`${service.address}/statistics`)
  await page.locator('.year a[tabindex="0"]').focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  // The map starts with the year.
  const wanted = [later(today, -2), `${today.slice(0, 4)}-01-01`].sort().at(-1) ?? ''
  await page.waitForURL(`**/day/${wanted}`)
  for (const day of [wanted, later(wanted, -1), later(wanted, -2)]) {
    const { seconds, board_seconds, intervals } = await read<Ledger>(`/users/me/ledger?day=${day}`)
    const expected = [seconds, board_seconds].map(inWords)
    await page.waitForURL(`**/day/${day}`)
    await until(async () => (await figures(page)).join() === expected.join(), `${day}: ${expected}`)
    assert.equal(await page.locator('.ledger > li').count(), intervals.length)
    const notes = await page.locator('.ledger-notes li').count()
    assert.equal(
      notes,
      intervals.reduce((sum, part) => sum + part.notes.length, 0),
    )
    await choose(page, '往前')
  }
  await page.goto(`${service.address}/day/${today}`)
  assert.equal(await page.getByRole('button', { name: '往后' }).getAttribute('aria-disabled'), 'true')
  assert.deepEqual(complaints, [])
  await context.close()
})

test("the boards show the ranks of the API, and the student's own rank next to them", async () => {
  const others = ['小安', '小北', '小城'].map((username, at) => ({ ...mo, username, school: at + 1 }))
  await seedBoard(service.address, [...others, mo])
  const { page, context, complaints } = await openPage(chromium, service.address)
  await signedIn(page, service.address, mo)
  await page.goto(`${service.address}/board`)
  for (const [kind, name] of [
    ['day', '今日'],
    ['week', '本周'],
    ['month', '本月'],
    ['term', '本学期'],
  ] as const) {
    await choose(page, name)
    await until(async () => (await read<Board>(`/leaderboards/${kind}`)).rows.length === 4, 'all are on the board')
    const { rows, me } = await read<Board>(`/leaderboards/${kind}`)
    const ranks = rows.map(({ rank, username }) => `${rank} ${username ?? '匿名同学'}`)
    const shown = async () => {
      const all = await page.locator('.board li').all()
      return Promise.all(
        all.map(
          async (row) =>
            `${await row.locator('.board-rank [aria-hidden]').innerText()} ${(await row.locator('.board-name').innerText()).replace(/\s*我$/, '')}`,
        ),
      )
    }
    await until(async () => (await shown()).join() === ranks.join(), `${name}: ${ranks}`)
    assert.equal(
      await page.getByRole('region', { name: '我的名次' }).locator('.own-rank').innerText(),
      `第 ${me.rank} 名`,
    )
  }
  assert.deepEqual(complaints, [])
  await context.close()
})

test('the keyboard loads more of a board, also after an error, and hidden students see a notice', async () => {
  const { page, context } = await openPage(chromium, seeded.address)
  await page.goto(seeded.address)
  const session = await openSession(seeded.address, 1)
  await takeSession(context, page, session)
  const as = { cookie: session.cookie, 'sec-fetch-site': 'same-origin' }
  const base = `${seeded.address}/api/v1.0`
  const { body } = await send('GET', `${base}/leaderboards/term`, { as })
  const { count, me } = body as Board
  assert.ok(count > 40)
  const json = { error: 'service unavailable', message: '服务暂时不可用，请稍后再试。' }
  await page.route(/leaderboards.*cursor/, (route) => route.fulfill({ status: 503, json }))
  await page.goto(`${seeded.address}/board?by=term`)
  await page.locator('.more button').focus()
  await page.getByRole('alert').getByText(json.message).waitFor()
  await page.unroute(/leaderboards.*cursor/)
  await page.getByRole('button', { name: '重试' }).press('Enter')
  const rows = page.locator('.board li')
  const readOn = async () => {
    if ((await rows.count()) === count) return true
    await page.keyboard.press('Enter')
    return false
  }
  await until(readOn, `all ${count} are read`, { pauseMs: 100 })
  assert.equal(await page.evaluate('document.activeElement.closest(".board li") !== null'), true)
  const own = page.getByRole('region', { name: '我的名次' })
  await own.getByText(`第 ${me.rank} 名`).waitFor()
  await send('PUT', `${base}/users/me/settings`, { as, json: { visibility: 'only_me' } })
  await page.reload()
  await own.getByText('你选择了不公开').waitFor()
  await context.close()
})

test('without terms, the choice of a term says so', async () => {
  const bare = await startService()
  const { page, context, complaints } = await openPage(chromium, bare.address)
  await signedIn(page, bare.address, mo)
  await page.goto(`${bare.address}/statistics`)
  await choose(page, '学期')
  await page.getByText('学校还没有设置学期').waitFor()
  await page.goto(`${bare.address}/board`)
  await choose(page, '本学期')
  await page.getByText('没有学期排行').waitFor()
  // A slow phone, whose parser looks ahead for the resources of a page under the service worker.
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: 6 })
  await page.reload()
  await page.getByText('没有学期排行').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
  await bare.close()
})
