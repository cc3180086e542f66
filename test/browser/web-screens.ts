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

/** A signed-in student's screen, once its data is there. */
async function openOwn(page: Page, address: string, student: Student, path: string): Promise<void> {
  await signedIn(page, address, student)
  await open(page, `${address}${path}`)
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined)
}

const own = (name: string, student: Student, path: string, then?: (page: Page) => Promise<void>): WebScreen => ({
  name,
  student,
  async open(page, address, who) {
    await openOwn(page, address, who, path)
    await then?.(page)
  },
})

const refused = { status: 503, json: { error: 'service unavailable', message: '数据库暂时不可用，请稍后再试。' } }

/** Records, one's own account, and who studies now. */
const ownScreens: WebScreen[] = [
  own('records-empty', newcomer, '/records'),
  own('records', regular, '/records', (page) => page.locator('.records-open').first().waitFor()),
  own('records-edit', regular, '/records', async (page) => {
    await page.locator('.records-open').nth(2).click()
    await page.locator('dialog[open]').waitFor()
  }),
  {
    name: 'records-error',
    student: newcomer,
    async open(page, address, student) {
      await page.route('**/users/me/studys?*per_page=50*', (route) => route.fulfill(refused))
      await openOwn(page, address, student, '/records')
      await page.locator('.load-failed').waitFor()
    },
  },
  own('records-offline', regular, '/records', async (page) => {
    await page.locator('.records-open').first().waitFor()
    await page.context().setOffline(true)
    await page.locator('.bars .notice').waitFor()
  }),
  own('me', regular, '/me', (page) => page.locator('.devices li').first().waitFor()),
  own('me-password', regular, '/me', async (page) => {
    await page.locator('.account-changes button').nth(1).click()
    await page.locator('dialog button[type=submit]').click()
    await page.locator('[aria-invalid=true]').first().waitFor()
  }),
  own('me-removal', regular, '/me', async (page) => {
    await page.locator('.account-changes .danger').click()
    await page.locator('dialog[open]').waitFor()
  }),
  own('me-student-number', regular, '/me/student-number'),
  own('me-error', newcomer, '/me', async (page) => {
    await page.route('**/users/me/settings', (route) => route.fulfill(refused))
    await page.evaluate(`indexedDB.databases().then(() => new Promise((done) => {
      indexedDB.open('occupy').onsuccess = ({ target: { result } }) => {
        const work = result.transaction('answers', 'readwrite')
        work.objectStore('answers').clear()
        work.oncomplete = () => { result.close(); done() }
      }
    }))`)
    await page.reload()
    await page.locator('.load-failed').waitFor()
  }),
  own('now-empty', newcomer, '/now', (page) => page.locator('.live-none, .live-list').waitFor()),
  {
    name: 'now',
    student: newcomer,
    async open(page, address, student) {
      await signedIn(page, address, student)
      const row = (key: string, username: string | null, minutes: number) => ({
        ...{ key, username, user: username && `${address}/api/v1.0/users/1` },
        since: wire(Math.floor(Date.now() / 1000) - minutes * 60),
      })
      const students = [row('a', '小新', 0), row('b', '林小满', 42), row('c', null, 95)]
      const json = { count: 3, next: null, prev: null, students, server_time: wire(Math.floor(Date.now() / 1000)) }
      const counts = { studying: 3, today_seconds: 30_600, server_time: json.server_time }
      await page.route('**/live/students?*', (route) => route.fulfill({ json }))
      await page.route('**/api/v1.0/live', (route) =>
        route.request().resourceType() === 'eventsource' ? route.abort() : route.fulfill({ json: counts }),
      )
      await open(page, `${address}/now`)
      await page.locator('.live-list').waitFor()
    },
  },
  own('now-offline', newcomer, '/now', async (page) => {
    await page.locator('.live-count').waitFor()
    await page.context().setOffline(true)
    await page.locator('.bars .notice').waitFor()
  }),
]

/** As the service says it at a school of another kind. */
async function schoolIs(page: Page, school: object): Promise<void> {
  await page.route('**/api/v1.0/service', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), school } })
  })
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
  {
    name: 'register-captcha',
    async open(page, address) {
      await schoolIs(page, { kind: 'password', captcha: 'ask' })
      const image = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="96" height="36"><text x="12" y="26" font-size="24">4071</text></svg>')}`
      await page.route('**/register/challenge', (route) =>
        route.fulfill({ json: { challenge: 'one', image, expiration: 120 } }),
      )
      await open(page, `${address}/register`)
      await page.locator('.captcha').waitFor()
    },
  },
  {
    name: 'register-cas',
    async open(page, address) {
      await schoolIs(page, { kind: 'cas', captcha: null })
      await open(page, `${address}/register#error=too-many-requests&retry_after=90`)
      await page.locator('.countdown').waitFor()
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
  ...ownScreens,
  ...figureScreens,
]
