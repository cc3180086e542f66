import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, type TestContext, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, send } from '../contract/client.ts'
import { startCasServer, success } from '../schools/cas-server.ts'
import { countPasswordBoxes, freePort, lanHost, openBrowser, type TestBrowser } from '../support/browser.ts'
import { assertTook, patience, until } from '../support/patience.ts'
import { type Service, startService } from '../support/service.ts'
import { type OpenedPage, openPage, register, type Student, signedIn } from './web-page.ts'

let service: Service
let chromium: TestBrowser
before(async () => {
  service = await startService()
  chromium = await openBrowser()
})
after(async () => {
  await chromium?.close()
  await service?.close()
})

const password = '图书馆里真的很安静'
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const credentials = ({ username, password: secret }: Student) => basic(username, secret)

/** Playwright limits its own waits, but not those for a script of the page or for the browser to close. */
const bounded = { timeout: patience(300_000) }

/** A page that closes with its test, whatever the result. */
async function open(t: TestContext, origin = service.address, options?: BrowserContextOptions): Promise<OpenedPage> {
  const opened = await openPage(chromium, origin, options)
  t.after(() => opened.context.close())
  return opened
}

interface Recorded {
  id: number
  start_time: string
  end_time: string | null
  subject: string | null
  note: string | null
  self_reported: boolean
}

async function recordsOf(student: Student): Promise<Recorded[]> {
  const { body } = await send('GET', `${service.address}/api/v1.0/users/me/studys`, { as: credentials(student) })
  return (body as { studys: Recorded[] }).studys
}

test('edits, deletes and restores a record, and adds a past one', bounded, async (t) => {
  const student: Student = { username: '小禾', password, school: 0 }
  const { page } = await open(t)
  await signedIn(page, service.address, student)
  const as = credentials(student)
  const { body } = await send('POST', `${service.address}/api/v1.0/studys/`, { as, json: { subject: '物理' } })
  const { id } = body as { id: number }
  await send('PUT', `${service.address}/api/v1.0/studys/${id}`, { as })
  await page.goto(`${service.address}/records`)
  await page.getByRole('button', { name: /物理/ }).click()
  await page.getByLabel('科目（可不填）').fill('大学物理')
  await page.getByLabel('备注（可不填）').fill('第三章')
  await button(page, '保存').click()
  await until(async () => (await recordsOf(student))[0]?.note === '第三章', 'the edit reaches the service')
  const [before] = await recordsOf(student)
  await page.getByRole('button', { name: /大学物理/ }).click()
  await button(page, '删除').click()
  await page.getByRole('button', { name: /大学物理/ }).waitFor({ state: 'detached' })
  await button(page, '撤销').click()
  await page.getByRole('button', { name: /大学物理/ }).waitFor()
  assert.deepEqual((await recordsOf(student))[0], before, 'nothing has changed')
  await page.getByRole('button', { name: /大学物理/ }).click()
  await button(page, '删除').click()
  await until(async () => (await recordsOf(student)).length === 0, 'the deletion reaches the service')
  await button(page, '补记').click()
  await button(page, '保存').click()
  await page.getByText('自行填报', { exact: true }).waitFor()
  await until(async () => (await recordsOf(student)).length === 1, 'the past record reaches the service')
})

test('loads records while scrolling, and exports them as files', bounded, async (t) => {
  const student: Student = { username: '小禾', password, school: 0 }
  await register(service.address, student)
  const items = Array.from({ length: 70 }, (_, at) => {
    const day = new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10)
    const times = { start_time: `${day} 01:00:00`, end_time: `${day} 02:30:00` }
    return { key: `past ${at}`, action: 'record', ...times, subject: `第${at}章` }
  })
  const url = `${service.address}/api/v1.0/studys/batch`
  assert.equal((await send('POST', url, { as: credentials(student), json: { items } })).status, 200)
  const { page } = await open(t)
  await signedIn(page, service.address, student)
  await page.getByRole('link', { name: '全部记录' }).click()
  await page.getByRole('button', { name: /第69章/ }).waitFor()
  assert.equal(await page.getByRole('button', { name: /第0章/ }).count(), 0)
  await page.getByRole('button', { name: /第25章/ }).scrollIntoViewIfNeeded()
  await page.getByRole('button', { name: /第0章/ }).scrollIntoViewIfNeeded()
  await page.getByRole('heading', { name: '1 月 1 日' }).waitFor()

  await page.getByRole('link', { name: '我的' }).click()
  const exported = async (format: string) => {
    const download = page.waitForEvent('download')
    await button(page, format).click()
    const file = await download
    assert.match(file.suggestedFilename(), new RegExp(`\\.${format.toLowerCase()}$`))
    return readFile(await file.path(), 'utf8')
  }
  assert.match(await exported('CSV'), /第69章/)
  assert.equal(
    JSON.parse(await exported('JSON')).studys.filter(({ subject }: Recorded) => subject?.startsWith('第')).length,
    70,
  )
  assert.match(await exported('ICS'), /^BEGIN:VCALENDAR\r\n(?:.*\r\n)*SUMMARY:.*第69章/)
})

test('changes and deletes an account only with its password', bounded, async (t) => {
  const student: Student = { username: '小谷', password, school: 1 }
  const [one, other] = [await open(t), await open(t)]
  await signedIn(one.page, service.address, student)
  await signedIn(other.page, service.address, student)
  const { page } = one
  await page.getByRole('link', { name: '我的' }).click()
  await page.getByRole('radio', { name: 'English' }).check()
  await page.getByRole('radio', { name: 'Dark' }).check()
  await page.reload()
  await page.getByRole('heading', { name: 'Me', exact: true }).waitFor()
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark')
  const colours = `Array.from(document.querySelectorAll('meta[name=theme-color]'), ({ media }) => matchMedia(media).matches)`
  assert.deepEqual(await page.evaluate(colours), [false, true], 'the browser’s bars follow')
  await page.getByRole('radio', { name: '中文' }).check()
  await page.getByLabel('每日目标（分钟）').fill('45')
  await page.keyboard.press('Enter')
  await page.getByText('已保存').waitFor()
  await page.getByRole('link', { name: '学习', exact: true }).click()
  await page.getByText('离今天的目标还差 45 分钟').waitFor()
  await page.getByRole('link', { name: '我的' }).click()
  await page.getByRole('radio', { name: '仅自己' }).check()
  await until(async () => {
    const { body } = await send('GET', `${service.address}/api/v1.0/users/me/settings`, { as: credentials(student) })
    return (body as { visibility: string }).visibility === 'only_me'
  }, 'the visibility is saved')
  await page.getByRole('button', { name: /^退出 / }).click()
  await other.page.getByText('登录已失效').waitFor()
  await signedIn(other.page, service.address, student)

  const changed = { ...student, password: '阅览室里也很安静呀' }
  await button(page, '修改密码').click()
  await page.getByLabel('新密码').fill(changed.password)
  await page.getByLabel('现在的密码').fill('不是这个密码')
  await button(page, '保存').click()
  await page.getByRole('dialog').getByRole('alert').getByText(/密码/).waitFor()
  await page.getByLabel('现在的密码').fill(password)
  await button(page, '保存').click()
  await page.getByText('密码已修改').waitFor()
  await other.page.getByText('登录已失效').waitFor()

  await button(page, '注销账号').click()
  await page.getByLabel('现在的密码').fill(changed.password)
  await page.getByRole('dialog').getByRole('button', { name: '注销账号' }).click()
  await page.getByRole('link', { name: '注册' }).waitFor()
  const { status } = await send('GET', `${service.address}/api/v1.0/users/me`, { as: credentials(changed) })
  assert.equal(status, 401)
})

test(
  "shows another student's start within seconds, by events or, if these are blocked, by polling",
  bounded,
  async (t) => {
    const watcher: Student = { username: '小米', password, school: 2 }
    const starter: Student = { username: '小麦', password, school: 3 }
    await register(service.address, starter)
    for (const hasEvents of [true, false]) {
      const { page, context } = await open(t)
      await signedIn(page, service.address, watcher)
      if (!hasEvents)
        await context.route('**/api/v1.0/live', (route) =>
          route.request().resourceType() === 'eventsource' ? route.abort() : route.continue(),
        )
      await page.getByRole('link', { name: '正在学习' }).click()
      await page.getByText(hasEvents ? '实时' : '每隔几秒刷新', { exact: true }).waitFor()
      await page.getByText('现在没有人在学习').waitFor()
      const as = credentials(starter)
      const { body } = await send('POST', `${service.address}/api/v1.0/studys/`, { as })
      const startedAt = performance.now()
      await page.getByRole('listitem').filter({ hasText: starter.username }).waitFor()
      if (hasEvents) assertTook(performance.now() - startedAt, 5000, 'a start shows to others')
      await send('PUT', `${service.address}/api/v1.0/studys/${(body as { id: number }).id}`, { as })
      await page.getByText('现在没有人在学习').waitFor()
      await context.setOffline(true)
      await page.getByText('没有网络，暂不更新').waitFor()
    }
  },
)

test('without TLS, an expired session opens no password dialog', bounded, async (t) => {
  const port = await freePort()
  const origin = `http://${lanHost}:${port}`
  const site = await startService({ PORT: String(port), PUBLIC_URL: origin })
  t.after(() => site.close())
  const { page, context } = await open(t, origin)
  const boxes = await countPasswordBoxes(page)
  const student: Student = { username: '小豆', password, school: 0 }
  await register(site.address, student)
  await page.goto(`${origin}/login`)
  await page.getByLabel('用户名或学号').fill(student.username)
  await page.getByLabel('密码', { exact: true }).fill(student.password)
  await button(page, '登录').click()
  await button(page, '开始学习').waitFor()
  await page.getByRole('link', { name: '正在学习' }).click()
  await page.getByText('实时', { exact: true }).waitFor()
  await context.clearCookies()
  await page.reload()
  await page.getByText('登录已失效').waitFor()
  assert.equal(boxes(), 0)
})

test('a student reads the captcha, waits, recovers the password and changes the number', bounded, async (t) => {
  const site = await startService({ SCHOOL_CAPTCHA: 'ask' })
  const { page, context } = await open(t, site.address)
  t.after(() => site.close())
  const identify = async (school: number) => {
    await page.getByLabel('学号').fill(demoStudents[school]?.studentNumber ?? '')
    await page.getByLabel('教务系统密码').fill(demoStudents[school]?.schoolPassword ?? '')
    await page.getByLabel('验证码').fill(await captchaOn(page, site))
  }
  await page.goto(`${site.address}/register`)
  await page.getByText('用完即丢').waitFor()
  await identify(0)
  await page.getByLabel('用户名').fill('小竹')
  await page.getByLabel('密码', { exact: true }).fill(password)
  const imageText = () => page.getByRole('img', { name: '验证码' }).getAttribute('src')
  const another = async (shown: string | null) =>
    until(async () => ![null, shown].includes(await imageText()), 'another image')
  const shown = await imageText()
  await page.getByLabel('验证码').fill('0')
  await button(page, '注册').click()
  await page
    .getByRole('alert')
    .getByText(/验证码.*再试/)
    .waitFor()
  await another(shown)
  const second = await imageText()
  await button(page, '换一张').click()
  await another(second)
  // The queue is full once: the page retries by itself with its place.
  const places: (string | undefined)[] = []
  await page.route('**/api/v1.0/register', async (route) => {
    places.push(route.request().headers()['waiting-place'])
    if (places.length > 1) return route.fallback({ headers: { ...route.request().headers(), 'waiting-place': '' } })
    const headers = { 'retry-after': '3', 'waiting-ahead': '3', 'waiting-place': 'a-place' }
    await route.fulfill({ status: 503, headers, json: { error: 'service unavailable', message: '正在验证的人太多' } })
  })
  await page.getByLabel('验证码').fill(await captchaOn(page, site))
  await button(page, '注册').click()
  await page.getByText('前面还有 3 人在排队').waitFor()
  await button(page, '开始学习').waitFor()
  assert.deepEqual(places, [undefined, 'a-place'])

  await page.goto(`${site.address}/recover`)
  await identify(0)
  const renewed = '阅览室里也很安静呀'
  await page.getByLabel('新密码').fill(renewed)
  await button(page, '找回密码').click()
  await page.getByText('新密码已设好，请登录。').waitFor()
  await page.route('**/api/v1.0/session', (route) => route.fulfill(tooMany), { times: 1 })
  await page.getByLabel('用户名或学号').fill('小竹')
  await page.getByLabel('密码', { exact: true }).fill(renewed)
  await button(page, '登录').click()
  await page.getByText(/^[1-4] 秒后可以再试$/).waitFor()
  await page.getByText('现在可以再试了').waitFor()
  await button(page, '登录').click()
  await button(page, '开始学习').waitFor()

  await page.goto(`${site.address}/me/student-number`)
  await identify(1)
  await page.getByLabel('现在的密码').fill(renewed)
  await button(page, '更换学号').click()
  await page.getByText('学号已更换').waitFor()
  assert.equal((await context.cookies()).length, 1, 'this device is signed in again')
})

const tooMany = {
  status: 429,
  headers: { 'retry-after': '4' },
  json: { error: 'too many requests', message: '尝试次数过多，请 4 秒后再试。' },
}

/** The content of the form's captcha, once it is loaded. */
async function captchaOn(page: Page, site: Service): Promise<string> {
  const image = page.getByRole('img', { name: '验证码' })
  await until(async () => (await image.count()) > 0, 'the captcha is shown')
  const source = (await image.getAttribute('src')) ?? ''
  const reading = await site.readCaptcha(Buffer.from(source.split(',')[1] ?? '', 'base64'))
  return reading?.digits ?? ''
}

test('at a school with its own login page, the student goes there and comes back', bounded, async (t) => {
  const [one, two] = demoStudents
  assert.ok(one && two)
  const school = await startCasServer([one, two])
  const site = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url })
  const { page } = await open(t, site.address)
  t.after(async () => {
    await site.close()
    await school.close()
  })
  const logInAtSchool = async ({ studentNumber, schoolPassword }: typeof one) => {
    await button(page, '去学校登录').click()
    await page.waitForURL(`${school.url}/**`)
    await page.locator('[name=username]').fill(studentNumber)
    await page.locator('[name=password]').fill(schoolPassword)
    await page.getByRole('button').click()
  }
  await page.goto(`${site.address}/register`)
  await page.getByText('本服务看不到你的学校密码').waitFor()
  // First the school's response is not understood, then the student is not one.
  for (const [answer, text] of [
    ['<html>', '学校登录没有完成'],
    [success('<cas:user>a.teacher</cas:user>'), '请改用学号登录学校后再试'],
  ] as const) {
    school.setFault((response) => response.end(answer))
    await logInAtSchool(one)
    await page.getByRole('alert').getByText(text).waitFor()
    assert.equal(page.url(), `${site.address}/register`)
  }
  school.setFault(undefined)
  await page.goto('about:blank')
  await page.goto(`${site.address}/register#error=too-many-requests&retry_after=2`)
  await page.getByText(/^[1-4] 秒后可以再试$/).waitFor()
  await page.getByText('秒后可以再试').waitFor({ state: 'detached' })
  await logInAtSchool(one)
  await page.getByText('学校已确认你的身份').waitFor()
  assert.equal(page.url(), `${site.address}/register`, 'the ticket does not stay in the address')
  await page.getByLabel('用户名').fill('小兰')
  await page.getByLabel('密码', { exact: true }).fill('短')
  await button(page, '注册').click()
  await page
    .getByRole('alert')
    .getByText(/8 到 1024/)
    .waitFor()
  await button(page, '去学校登录').waitFor()
  await page.getByLabel('密码', { exact: true }).fill(password)
  await button(page, '注册').click()
  await button(page, '开始学习').waitFor()

  await page.goto(`${site.address}/me/student-number`)
  await logInAtSchool(two)
  await page.getByLabel('现在的密码').fill(password)
  await button(page, '更换学号').click()
  await page.getByText('学号已更换').waitFor()
  await button(page, '退出登录').click()
  await page.getByRole('link', { name: '登录' }).click()
  await page.getByRole('link', { name: '找回密码' }).click()
  await logInAtSchool(two)
  await page.getByLabel('新密码').fill('阅览室里也很安静呀')
  await button(page, '找回密码').click()
  await page.getByText('新密码已设好，请登录。').waitFor()
})
