import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { demoStudents, dialects, type SimulatedSchool, startSimulatedSchool } from './simulated-school.ts'
import { TestClient } from './test-client.ts'

const [student] = demoStudents
assert.ok(student)

const open: SimulatedSchool[] = []
after(() => Promise.all(open.map((school) => school.close())))

async function start(options: Parameters<typeof startSimulatedSchool>[0] = {}) {
  const school = await startSimulatedSchool(options)
  open.push(school)
  return { school, client: new TestClient(school.url) }
}

for (const dialect of dialects) {
  test(`${dialect}: a student with the right password is logged in and is somebody`, async () => {
    const { school, client } = await start({ dialect })
    assert.equal(await client.userCode(), 'kingo.guest')
    assert.doesNotMatch(await client.text('/MainFrm.html'), /<p>This.+frames/)
    assert.partialDeepStrictEqual(await client.login(dialect, student), { status: '200' })
    assert.match(String(await client.userCode()), /^\d{9}$/)
    assert.match(await client.text('/MainFrm.html'), /<p>This.+frames/)
    assert.partialDeepStrictEqual(school.seen, { logins: 1, logons: 1, captchas: 1, wrongPasswords: 0 })
  })
}
