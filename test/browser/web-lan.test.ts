import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort, lanHost, openBrowser } from '../support/browser.ts'
import { startService } from '../support/service.ts'
import { openPage, register, type Student } from './web-page.ts'

test('without TLS, a session that has ended opens no password box', async (t) => {
  const port = await freePort()
  const origin = `http://${lanHost}:${port}`
  const site = await startService({ PORT: String(port), PUBLIC_URL: origin })
  t.after(() => site.close())
  const chromium = await openBrowser()
  t.after(() => chromium.close())
  const { page, context } = await openPage(chromium, origin)
  const client = await context.newCDPSession(page)
  let boxes = 0
  client.on('Fetch.requestPaused', ({ requestId }) => void client.send('Fetch.continueRequest', { requestId }))
  client.on('Fetch.authRequired', ({ requestId }) => {
    boxes += 1
    void client.send('Fetch.continueWithAuth', { requestId, authChallengeResponse: { response: 'CancelAuth' } })
  })
  await client.send('Fetch.enable', { handleAuthRequests: true })
  const student: Student = { username: '小豆', password: '图书馆里真的很安静', school: 0 }
  await register(site.address, student)
  await page.goto(`${origin}/login`)
  await page.getByLabel('用户名或学号').fill(student.username)
  await page.getByLabel('密码', { exact: true }).fill(student.password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('button', { name: '开始学习', exact: true }).waitFor()
  await context.clearCookies()
  await page.reload()
  await page.getByText('登录已失效').waitFor()
  assert.equal(boxes, 0)
})
