import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertError } from '../contract/assert-error.ts'
import { type Campus, openCampus, smallLimits } from './campus.ts'

const { guard, ...bounds } = smallLimits
const campus = openCampus(
  { THROTTLE: 'on' },
  { school: { dialect: 'k1' }, bounds: { ...bounds, guard: { totalMs: guard.totalMs } } },
)
const unthrottled = openCampus({ THROTTLE: 'off' }, { school: { dialect: 'k1' }, bounds: { login: bounds.login } })

async function answering<T>(place: Campus, status: string, message: string, run: () => Promise<T>): Promise<T> {
  place.school.setFault({ name: 'logon-answer', status, message })
  try {
    return await run()
  } finally {
    place.school.setFault(undefined)
  }
}

for (const [status, message, words] of [
  ['402', '一小时内密码输错3次，满6次账号会被锁定|3', '402, 账号或密码错误'],
  ['402', '账号或密码有误，再错2次将锁定账号', '402, 账号或密码错误'],
  ['402', '密码或验证码不正确', '402, 账号或密码错误'],
  ['401', '密码或验证码不正确', '402, 账号或密码错误'],
  ['402', '该用户已锁定，请30分钟后再试', /锁定/],
  ['402', '账号已冻结', /^学校系统不允许该学号登录/],
  ['402', '该生已毕业', /^学校系统不允许该学号登录/],
  ['407', '密码已过期，请先登录网页修改', /^学校要求您先处理自己的账号/],
  ['410', '初始密码必须修改', /^学校要求您先处理自己的账号/],
] as const) {
  test(`the school's ${status} «${message}» becomes a 400 with the right message, after one login`, async () => {
    const before = campus.school.seen.logons
    const reply = await answering(campus, status, message, () => campus.post('/register', campus.newcomer()))
    assertError(reply, 400, words)
    assert.equal(campus.school.seen.logons, before + 1)
    await campus.register()
  })
}

for (const status of ['407', '410', '499', '5000']) {
  test(`one number whose login gets ${status} does not open the circuit breaker, and a rate limit stops it`, async () => {
    const newcomer = campus.newcomer()
    const statuses = await answering(campus, status, '', async () => {
      const replies: number[] = []
      for (let login = 0; login < 8; login++) replies.push((await campus.post('/register', newcomer)).status)
      return replies
    })
    const first = status.startsWith('4') && status !== '499' ? 400 : 502
    assert.deepEqual(statuses, [...Array(5).fill(first), 429, 429, 429])
    await campus.register()
  })

  test(`without rate limits too, one number whose login gets ${status} does not open the circuit breaker`, async () => {
    const newcomer = unthrottled.newcomer()
    await answering(unthrottled, status, '', async () => {
      for (let login = 0; login < 8; login++) await unthrottled.post('/register', newcomer)
    })
    await unthrottled.register()
  })
}

test('unexpected responses to five different students open the circuit breaker', async () => {
  await answering(unthrottled, '5000', '', async () => {
    for (let login = 0; login < 5; login++)
      assertError(await unthrottled.post('/register', unthrottled.newcomer()), 502)
    const reply = await unthrottled.post('/register', unthrottled.newcomer())
    assertError(reply, 503)
    assert.ok(reply.headers.has('retry-after'))
  })
})
