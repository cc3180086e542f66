import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { accountsDeleteCommand } from '../../src/cli/accounts/accounts-delete.command.ts'
import { accountsResetPasswordCommand } from '../../src/cli/accounts/accounts-reset-password.command.ts'
import { basic } from '../contract/client.ts'
import { type Campus, openCampus } from './campus.ts'

let campus: Campus
before(async () => {
  campus = await openCampus()
})
after(() => campus.close())

/** A person at a terminal who answers each question with the next line. */
function person(answers: string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
  const [output, errors] = [new PassThrough(), new PassThrough()]
  let screen = ''
  const waiting = [...answers]
  for (const stream of [output, errors]) {
    stream.on('data', (chunk) => {
      screen += chunk
      if (/[:\]] $/.test(String(chunk))) input.write(`${waiting.shift() ?? ''}\r`)
    })
  }
  return { streams: { input, output, errors }, screen: () => screen }
}

/** @returns the exit code */
async function done(command: { parseAsync(words: string[], from: { from: 'user' }): Promise<unknown> }, who: string) {
  await command.parseAsync([who], { from: 'user' })
  const code = process.exitCode ?? 0
  process.exitCode = 0
  return code
}

test('at a terminal the new password is typed twice and never shown', async () => {
  await campus.register('ann')
  const { streams, screen } = person(['canary of the mine', 'canary of the mine'])
  assert.equal(await done(accountsResetPasswordCommand(campus.env, streams), 'ann'), 0)
  assert.match(screen(), /Repeat/)
  assert.ok(!screen().includes('canary'))
  assert.equal((await campus.call('GET', '/token', basic('ann', 'canary of the mine'))).status, 200)
})

test('two different passwords change nothing', async () => {
  const bob = await campus.register('bob')
  const { streams, screen } = person(['canary of the mine', 'canary of the mind'])
  assert.equal(await done(accountsResetPasswordCommand(campus.env, streams), 'bob'), 1)
  assert.ok(!screen().includes('canary'))
  assert.equal((await campus.call('GET', '/token', bob.as)).status, 200)
})

for (const [answer, code, status] of [
  ['n', 1, 200],
  ['', 1, 200],
  ['y', 0, 401],
] as const) {
  test(`obeys the answer ${JSON.stringify(answer)} to the question whether to delete`, async () => {
    const member = await campus.register(`member ${answer || 'of none'}`)
    const { streams, screen } = person([answer])
    assert.equal(await done(accountsDeleteCommand(campus.env, streams), member.username), code)
    assert.match(screen(), /permanently\?/)
    assert.equal((await campus.call('GET', '/token', member.as)).status, status)
  })
}
