import type { Page } from 'playwright-core'
import { basic, send } from '../contract/client.ts'
import { figureScreens } from './figure-screens.ts'
import { openAs, type Student } from './web-page.ts'

/** A state of a screen, for screenshots and for axe. Each is opened in an equivalent of a new page. */
export interface WebScreen {
  name: string
  /** The student whose account this changes; if absent, nobody is signed in. */
  student?: Student
  /** Whether it changes its page permanently. */
  isAlone?: boolean
  open(page: Page, address: string, student: Student): Promise<void>
}

const password = '图书馆里真的很安静'
/** Each school number belongs to one student. */
export const newcomer: Student = { username: '小新', password, school: 0 }
export const regular: Student = { username: '林小满', password, school: 1 }
/** The student who starts and stops. */
const runner: Student = { username: '小安', password, school: 3 }
const [day, hour] = [86_400, 3600]
const subjects = ['高等数学', '大学英语', null, '数据结构', '线性代数']

/** Two weeks of self-reported records. */
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

const own = (name: string, student: Student, path: string, then?: (page: Page) => Promise<void>): WebScreen => ({
  name,
  student,
  async open(page, address, who) {
    await openAs(page, address, who, path)
    await then?.(page)
  },
})

const refused = { status: 503, json: { error: 'service unavailable', message: '数据库暂时不可用，请稍后再试。' } }

/** Some students, each with the minutes since their start. The stream would send the real ones, so it is blocked. */
function now(name: string, studying: [string | null, number][]): WebScreen {
  const ago = (minutes: number) => wire(Math.floor(Date.now() / 1000) - minutes * 60)
  return {
    name,
    student: newcomer,
    async open(page, address, student) {
      const students = studying.map(([username, minutes], at) => ({
        ...{ key: String(at), username, user: username && `${address}/api/v1.0/users/1` },
        since: ago(minutes),
      }))
      const json = { count: students.length, next: null, prev: null, students, server_time: ago(0) }
      const counts = { studying: students.length, today_seconds: 30_600, server_time: ago(0) }
      await page.route('**/live/students?*', (route) => route.fulfill({ json }))
      await page.route('**/api/v1.0/live', (route) =>
        route.request().resourceType() === 'eventsource' ? route.abort() : route.fulfill({ json: counts }),
      )
      await openAs(page, address, student, '/now')
      await page.locator(students.length ? '.live-list' : '.live-none').waitFor()
    },
  }
}

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
      await openAs(page, address, student, '/records')
      await page.locator('.load-failed').waitFor()
    },
  },
  own('records-add', regular, '/records', async (page) => {
    await page.locator('header button').click()
    await page.locator('dialog input').first().fill('')
    await page.locator('dialog button[type=submit]').click()
    await page.locator('dialog [aria-invalid=true]').waitFor()
  }),
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
  own('me-username', regular, '/me', async (page) => {
    await page.locator('.account-changes button').nth(0).click()
    await page.locator('dialog[open]').waitFor()
  }),
  own('me-removal', regular, '/me', async (page) => {
    await page.locator('.account-changes .danger').click()
    await page.locator('dialog[open]').waitFor()
  }),
  own('me-student-number', regular, '/me/student-number'),
  own('me-student-number-missing', regular, '/me/student-number', async (page) => {
    await page.locator('button[type=submit]').click()
    await page.locator('[aria-invalid=true]').first().waitFor()
  }),
  {
    name: 'me-error',
    student: newcomer,
    async open(page, address, student) {
      await page.route(/users\/me\/(?:settings|sessions)$/, (route) => route.fulfill(refused))
      await openAs(page, address, student, '/me')
      await page.locator('.load-failed').nth(1).waitFor()
    },
  },
  now('now-empty', []),
  now('now', [
    ['小新', 0],
    ['林小满', 42],
    [null, 95],
  ]),
  {
    name: 'now-error',
    student: newcomer,
    async open(page, address, student) {
      await page.route('**/api/v1.0/live**', (route) => route.fulfill(refused))
      await openAs(page, address, student, '/now')
      await page.locator('[role=alert]').waitFor()
    },
  },
  own('now-offline', newcomer, '/now', async (page) => {
    await page.locator('.live-count').waitFor()
    await page.context().setOffline(true)
    await page.locator('.bars .notice').waitFor()
  }),
]

/** The responses at a school of another kind. */
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
  {
    name: 'bars',
    isAlone: true,
    async open(page, address) {
      await page.addInitScript(`Object.defineProperty(window, 'isSecureContext', { value: false })
        const worker = { controller: {}, addEventListener() {}, register: async () => ({ waiting: {}, addEventListener() {} }) }
        Object.defineProperty(navigator, 'serviceWorker', { value: worker })`)
      await open(page, `${address}/login`)
      await page.context().setOffline(true)
      await page.locator('.bars .notice').nth(2).waitFor()
    },
  },
  { name: 'recover', open: (page, address) => open(page, `${address}/recover`) },
  {
    name: 'recover-missing',
    async open(page, address) {
      await open(page, `${address}/recover`)
      await page.locator('button[type=submit]').click()
      await page.locator('[aria-invalid=true]').first().waitFor()
    },
  },
  { name: 'not-found', open: (page, address) => open(page, `${address}/nowhere`) },
  own('study-empty', newcomer, '/', (page) => page.locator('.recent').waitFor()),
  own('study', regular, '/', (page) => page.locator('.recent li').first().waitFor()),
  own('study-streak', regular, '/', async (page) => {
    await page.locator('.today .chip').click()
    await page.locator('dialog[open]').waitFor()
  }),
  {
    name: 'study-error',
    student: newcomer,
    async open(page, address, student) {
      await page.route(/users\/.*(?:studys|statistics)/, (route) => route.fulfill(refused))
      await openAs(page, address, student, '/')
      await page.locator('.load-failed').waitFor()
    },
  },
  own('study-offline', newcomer, '/', async (page) => {
    await page.locator('.clock-button').waitFor()
    await page.context().setOffline(true)
    await page.locator('.clock-button').click()
    await page.locator('.outbox').waitFor()
  }),
  {
    name: 'study-refused',
    student: newcomer,
    async open(page, address, student) {
      await openAs(page, address, student, '/')
      const answer = { status: 422, json: { error: 'unprocessable entity', message: '开始时间和另一条记录重叠。' } }
      await page.route('**/studys/', (route) => route.fulfill(answer))
      await page.locator('.clock-button').click()
      await page.locator('.outbox.parked').click()
      await page.locator('dialog .fault').waitFor()
    },
  },
  own('study-stopped', runner, '/', async (page) => {
    await page.locator('.clock:not(.running) .clock-button').click()
    await page.locator('.clock.running .clock-button').click()
    await page.locator('.toast').waitFor()
  }),
  own('study-running', runner, '/', async (page) => {
    if (await page.locator('.clock:not(.running)').isVisible()) {
      await page.locator('.clock input').fill('高等数学')
      await page.locator('.clock-button').click()
    }
    await page.locator('.clock.running').waitFor()
  }),
  ...ownScreens,
  ...figureScreens,
]
