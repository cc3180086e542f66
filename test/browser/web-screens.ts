import type { Page } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { figureScreens } from './figure-screens.ts'
import { type Student, signedIn } from './web-page.ts'

/** A state of a screen, for screenshots and for axe. Each is opened in a page of its own. */
export interface WebScreen {
  name: string
  /** The student whose account this changes; nobody is signed in where there is none. */
  student?: Student
  open(page: Page, address: string, student: Student): Promise<void>
}

const password = '图书馆里真的很安静'
/** Each school number is one student's. */
export const newcomer: Student = { username: '小新', password, school: 0 }
export const regular: Student = { username: '林小满', password, school: 1 }
const [day, hour] = [86_400, 3600]
const subjects = ['高等数学', '大学英语', null, '数据结构', '线性代数']

/** Two weeks of records, told by the student. */
export async function seedRecords(address: string, student: Student): Promise<void> {
  const as = basic(student.username, student.password)
  const now = Math.floor(Date.now() / 1000)
  for (let at = 14; at >= 1; at--) {
    const start = now - at * day + ((at * 7) % 5) * hour
    const json = { start_time: wire(start), subject: subjects[at % subjects.length] }
    const { body } = await send('POST', `${address}/api/v1.0/studys/`, { as, json })
    const end = start + 1800 + ((at * 5) % 7) * 2200
    const { id } = body as { id: number }
    await send('PUT', `${address}/api/v1.0/studys/${id}`, { as, json: { end_time: wire(Math.min(end, now - 60)) } })
  }
}

function wire(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

export const screens: WebScreen[] = [
  { name: 'landing', open: (page, address) => open(page, address) },
  { name: 'login', open: (page, address) => open(page, `${address}/login`) },
  {
    name: 'login-refused',
    async open(page, address) {
      await open(page, `${address}/login`)
      const [username, secret] = [page.locator('input').nth(0), page.locator('input').nth(1)]
      await username.fill('nobody')
      await secret.fill('a wrong password')
      await page.locator('button[type=submit]').click()
      await page.locator('[role=alert] .notice').waitFor()
    },
  },
  { name: 'register', open: (page, address) => open(page, `${address}/register`) },
  {
    name: 'register-missing',
    async open(page, address) {
      await open(page, `${address}/register`)
      await page.locator('button[type=submit]').click()
      await page.locator('[aria-invalid=true]').first().waitFor()
    },
  },
  { name: 'recover', open: (page, address) => open(page, `${address}/recover`) },
  { name: 'not-found', open: (page, address) => open(page, `${address}/nowhere`) },
  { name: 'study-empty', student: newcomer, open: (page, address, student) => signedIn(page, address, student) },
  { name: 'study', student: regular, open: (page, address, student) => signedIn(page, address, student) },
  {
    name: 'study-running',
    student: regular,
    async open(page, address, student) {
      await signedIn(page, address, student)
      const isIdle = await page.locator('.clock:not(.running)').isVisible()
      if (isIdle) {
        await page.locator('.clock input').fill('高等数学')
        await page.locator('.clock-button').click()
      }
      await page.locator('.clock.running').waitFor()
    },
  },
  {
    name: 'study-offline',
    student: regular,
    async open(page, address, student) {
      await signedIn(page, address, student)
      await page.locator('.clock-button').waitFor()
      await page.context().setOffline(true)
      await page.locator('.clock-button').click()
      await page.locator('.outbox').waitFor()
    },
  },
  ...figureScreens,
]
