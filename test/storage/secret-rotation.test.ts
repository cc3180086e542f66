import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { pino } from 'pino'
import { readConfig } from '../../src/config/read-config.ts'
import { serve } from '../../src/server/serve.ts'
import { basic, bearer, send } from '../contract/client.ts'
import { startReadableSchool } from '../schools/simulated-kingosoft.ts'
import { makePlace, type Place, type Settings } from '../support/running-service.ts'

const secrets = ['the first secret', 'the second secret', 'the third secret'].map((text) => text.padEnd(32, '.'))
const [first = '', second = '', third = ''] = secrets
const student = { username: 'ann', password: 'a quiet room', stu_id: '3100000001', stu_pwd: 'pass' }

let place: Place
let school: Awaited<ReturnType<typeof startReadableSchool>>

before(async () => {
  place = await makePlace()
  school = await startReadableSchool()
  school.school.addStudent({ studentNumber: student.stu_id, schoolPassword: student.stu_pwd })
})

after(async () => {
  await school.school.close()
  await place.remove()
})

async function served<T>(settings: Settings, work: (api: string) => Promise<T>): Promise<T> {
  const fixed = { PORT: '0', DATABASE_URL: place.databaseUrl, SCHOOL: 'kingosoft', SCHOOL_URL: school.school.url }
  const config = readConfig({ ...fixed, ...settings })
  const service = await serve(config, pino({ level: 'silent' }), school.readCaptcha)
  try {
    return await work(`${service.address}/api/v1.0`)
  } finally {
    await service.close()
  }
}

/** By the student number, which cannot be found without its key. */
async function tokenOf(api: string): Promise<string> {
  const { status, body, text } = await send('GET', `${api}/token`, { as: basic(student.stu_id, student.password) })
  assert.equal(status, 200, text)
  return (body as { token: string }).token
}

async function tokenWorks(api: string, token: string): Promise<boolean> {
  return (await send('GET', `${api}/users/me`, { as: bearer(token) })).status === 200
}

test('the secret can be changed repeatedly: students are found, and tokens of the previous one are accepted', async () => {
  const oldest = await served({ SECRET: first }, async (api) => {
    assert.equal((await send('POST', `${api}/register`, { json: student })).status, 201)
    return tokenOf(api)
  })
  await assert.rejects(served({ SECRET: second }, tokenOf), /SECRET_PREVIOUS/)
  await assert.rejects(served({ SECRET: second, SECRET_PREVIOUS: third }, tokenOf), /SECRET_PREVIOUS/)
  const changed = { SECRET: second, SECRET_PREVIOUS: first }
  const newer = await served(changed, async (api) => {
    assert.equal(await tokenWorks(api, oldest), true)
    assert.equal((await send('POST', `${api}/register`, { json: { ...student, username: 'bob' } })).status, 400)
    return tokenOf(api)
  })
  await served(changed, async (api) => assert.equal(await tokenWorks(api, newer), true))
  await served({ SECRET: second }, async (api) => {
    assert.equal(await tokenWorks(api, oldest), false)
    assert.equal(await tokenWorks(api, newer), true)
    await tokenOf(api)
  })
  await served({ SECRET: third, SECRET_PREVIOUS: second }, async (api) => {
    assert.equal(await tokenWorks(api, newer), true)
    await tokenOf(api)
  })
  for (const gone of [first, second]) await assert.rejects(served({ SECRET: gone }, tokenOf), /SECRET_PREVIOUS/)
  await served({ SECRET: third, SECRET_PREVIOUS: first }, tokenOf)
})

test('instances that start at once with a changed secret agree', async () => {
  const fourth = randomBytes(32).toString('hex')
  const settings = { SECRET: fourth, SECRET_PREVIOUS: third }
  const tokens = await Promise.all([1, 2, 3].map(() => served(settings, tokenOf)))
  await served({ SECRET: fourth }, async (api) => {
    for (const token of tokens) assert.equal(await tokenWorks(api, token), true)
    await tokenOf(api)
  })
})
