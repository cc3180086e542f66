import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { seedBoard, termSettings } from './figure-screens.ts'
import { openPage, register, type Student, signedIn } from './web-page.ts'

let service: Service
let chromium: TestBrowser
before(async () => {
  service = await startService(termSettings)
  chromium = await openBrowser()
})
after(async () => {
  await chromium?.close()
  await service?.close()
})

const mo: Student = { username: '小墨', password: '图书馆里真的很安静', school: 0 }
const as = basic(mo.username, mo.password)
const hour = 3600

interface Statistics {
  from: string
  days: { day: string; seconds: number }[]
  total_seconds: number
  average_seconds: number
  longest_seconds: number
  subjects: { subject: string | null; seconds: number }[]
  streak: { current: number }
}
interface Ledger {
  seconds: number
  board_seconds: number
  intervals: { counted: number; notes: string[] }[]
}
interface Board {
  rows: { rank: number; username: string | null; seconds: number }[]
  me: { rank: number | null; seconds: number }
}

async function read<T>(path: string): Promise<T> {
  const { status, body } = await send('GET', `${service.address}/api/v1.0${path}`, { as })
  assert.equal(status, 200, path)
  return body as T
}

/** As the app says it in Chinese. */
function inWords(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / hour), Math.floor((seconds % hour) / 60)]
  if (seconds > 0 && hours + minutes === 0) return '不到 1 分钟'
  if (hours === 0) return `${minutes} 分钟`
  return minutes === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes} 分钟`
}

function campusDay(seconds: number): string {
  return new Date((seconds + 8 * hour) * 1000).toISOString().slice(0, 10)
}

/** Three weeks of records: some overlap, some cross midnight. */
async function seedPast(): Promise<void> {
  const noon = Math.floor((Date.now() / 1000 + 8 * hour) / (24 * hour)) * 24 * hour - 20 * hour
  const spans = Array.from({ length: 20 }, (_, at) => {
    const start = noon - at * 24 * hour + (at % 4) * 1700
    return { start, end: start + 2000 + ((at * 7) % 5) * 3100, subject: ['高等数学', '大学英语', null][at % 3] }
  })
  const late = { start: noon - 48 * hour + 11 * hour, end: noon - 48 * hour + 13 * hour, subject: null }
  const over = { start: noon - 24 * hour + 900, end: noon - 24 * hour + 3 * hour, subject: '大学英语' }
  const items = [...spans, late, over].map(({ start, end, subject }, at) => ({
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

/** The names and the values of the figures of a screen. */
const figures = (page: Page) => page.locator('.figures dd').allTextContents()

test('numbers on the screen are those of the API', async () => {
  await register(service.address, mo)
  await seedPast()
  const me = await read<{ url: string }>('/users/me')
  const id = me.url.split('/').at(-1)
  const { page, context, complaints } = await openPage(chromium, service.address)
  await signedIn(page, service.address, mo)

  const today = campusDay(Date.now() / 1000)
  const week = await read<Statistics>(`/users/${id}/statistics?to=${today}`)
  await page.getByRole('button', { name: `连续 ${week.streak.current} 天` }).click()
  await page.getByRole('dialog').getByText('15 分钟').waitFor()
  await page.keyboard.press('Escape')
  const bars = await page.getByRole('img', { name: /^最近 7 天/ }).getAttribute('aria-label')
  const lengths = week.days.map(({ seconds }) => inWords(seconds))
  assert.deepEqual(
    bars
      ?.split('：')
      .slice(2)
      .map((text) => text.split('；')[0]),
    lengths,
  )
  await page.getByText(inWords(week.total_seconds), { exact: true }).first().waitFor()

  await page.getByRole('link', { name: '统计' }).click()
  const days = [firstOf('week', today), firstOf('month', today), termSettings.TERMS.split(':')[1]]
  for (const [at, name] of ['周', '月', '学期'].entries()) {
    await choose(page, name)
    const found = await read<Statistics>(`/users/${id}/statistics?from=${days[at]}&to=${today}`)
    const { total_seconds, average_seconds, longest_seconds } = found
    const expected = [total_seconds, average_seconds, longest_seconds].map(inWords)
    await until(async () => (await figures(page)).join() === expected.join(), `${name}: ${expected}`)
    const shown = await page.locator('.subjects li').allInnerTexts()
    const subjects = found.subjects.map(({ subject, seconds }) => `${subject ?? '未填科目'} ${inWords(seconds)}`)
    assert.deepEqual(
      shown.map((text) => text.replace(/\s*\n+\s*/g, ' ').trim()),
      subjects,
    )
  }
  await choose(page, '月')
  await choose(page, '往前')
  await page.getByText('年').first().waitFor()
  const year = await read<Statistics>(`/users/${id}/statistics?from=${today.slice(0, 4)}-01-01&to=${today}`)
  const cells = await page
    .locator('.year a')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')?.split('：')[1]))
  assert.deepEqual(
    cells,
    year.days.map(({ seconds }) => (seconds === 0 ? '没有学习' : inWords(seconds))),
  )
  assert.deepEqual(complaints, [])
  await context.close()
})

function firstOf(kind: 'week' | 'month', day: string): string {
  if (kind === 'month') return `${day.slice(0, 7)}-01`
  const at = Date.parse(`${day}T00:00:00Z`)
  return new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * 24 * hour * 1000).toISOString().slice(0, 10)
}

test('a day opens by keyboard from the year, and is told as the ledger tells it', async () => {
  const { page, context, complaints } = await openPage(chromium, service.address)
  await signedIn(page, service.address, mo)
  await page.goto(`${service.address}/statistics`)
  await page.locator('.year a[tabindex="0"]').focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  const today = campusDay(Date.now() / 1000)
  const wanted = campusDay(Date.now() / 1000 - 48 * hour)
  await page.waitForURL(`**/day/${wanted}`)
  for (const day of [wanted, campusDay(Date.now() / 1000 - 72 * hour), campusDay(Date.now() / 1000 - 96 * hour)]) {
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

test('the boards show the ranks of the API, and the own one beside them', async () => {
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

test('without terms the choice of a term says so', async () => {
  const bare = await startService()
  const { page, context, complaints } = await openPage(chromium, bare.address)
  await signedIn(page, bare.address, mo)
  await page.goto(`${bare.address}/statistics`)
  await choose(page, '学期')
  await page.getByText('学校还没有设置学期').waitFor()
  await page.goto(`${bare.address}/board`)
  await choose(page, '本学期')
  await page.getByText('没有学期排行').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
  await bare.close()
})
