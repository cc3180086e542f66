import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startService } from '../support/service.ts'
import { type StatementTap, tapStatements } from '../support/statement-tap.ts'

/** Session state that a pooler in transaction mode does not keep between transactions. */
const ofTheSession =
  /^\s*(set(?!\s+(local|transaction|constraints))|reset|listen|unlisten|prepare|execute|deallocate|discard|load)\b|\bwith\s+hold\b|\btemp(orary)?\s+table\b|pg_(try_)?advisory_(lock|unlock)|set_config\s*\([^)]*false\s*\)/i

const onPostgres = process.env.TEST_POSTGRES_URL === undefined ? () => undefined : test

onPostgres('works behind a pooler in transaction mode, because no statement leaves state in its session', async () => {
  let tap: StatementTap | undefined
  const through = async (url: string) => {
    tap = await tapStatements(url)
    return tap.url
  }
  const service = await startService({ THROTTLE: 'on' }, { through, migrates: true })
  try {
    const account = { username: 'bllli', password: 'quiet-reading-room', stu_id: '2017010101', stu_pwd: 'library' }
    await ask('POST', '/register', account)
    for (let round = 0; round < 3; round++) {
      await ask('POST', '/studys/')
      await ask('PUT', '/studys/1')
      await ask('GET', '/studys?page=1')
      await ask('GET', '/users/1/studys/?order=desc')
      await ask('GET', '/token')
    }
  } finally {
    await service.close()
    await tap?.close()
  }
  const { statements = [] } = tap ?? {}
  assert.ok(
    statements.some(({ text }) => /create table/i.test(text)) &&
      statements.some(({ text }) => /insert into "studies"/.test(text)),
  )
  assert.deepEqual(
    statements.filter(({ name, text }) => name !== '' || ofTheSession.test(text)),
    [],
  )

  async function ask(method: string, path: string, body?: object): Promise<void> {
    const credentials = Buffer.from('bllli:quiet-reading-room').toString('base64')
    const headers: Record<string, string> = body
      ? { 'content-type': 'application/json' }
      : { authorization: `Basic ${credentials}` }
    const answer = await fetch(`${service.address}/api/v1.0${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`)
  }
})
