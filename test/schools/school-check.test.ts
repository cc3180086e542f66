import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import test, { type TestContext } from 'node:test'
import { type SchoolAccess, schoolCheckCommand } from '../../src/cli/school/school-check.command.ts'
import { studentNumberForm } from '../../src/shared/student-number-form.ts'
import { json, type Scripts, startScriptedSchool } from './scripted-school.ts'

const secret = 'canary-Pa55'

/** A person at a terminal, or a pipe: types one line for each question. */
function person(lines: readonly (string | ((question: string) => Promise<string>))[], terminal: boolean) {
  const input = Object.assign(new PassThrough(), { isTTY: terminal, setRawMode: () => input })
  const errors = new PassThrough()
  const output = new PassThrough()
  const shown = { output: '', errors: '' }
  const waiting = [...lines]
  output.on('data', (chunk) => {
    shown.output += chunk
  })
  errors.on('data', async (chunk) => {
    shown.errors += chunk
    if (!/[:?] $/.test(String(chunk))) return
    const line = waiting.shift()
    if (line === undefined) input.end()
    else input.write(`${typeof line === 'string' ? line : await line(String(chunk))}${terminal ? '\r' : '\n'}`)
  })
  return { input, output, errors, shown }
}

async function check(
  t: TestContext,
  lines: Parameters<typeof person>[0],
  { scripts, terminal = false, ...access }: Partial<SchoolAccess> & { scripts?: Scripts; terminal?: boolean } = {},
) {
  const school = await startScriptedSchool(scripts)
  t.after(() => school.close())
  const { shown, ...streams } = person(lines, terminal)
  const codes: number[] = []
  const readCaptcha = () => ({ digits: '9035', margin: 0.4 })
  const command = schoolCheckCommand(
    () => ({
      baseUrl: school.url,
      login: 'auto',
      captchaMode: 'read',
      readCaptcha,
      studentNumbers: studentNumberForm(),
      ...access,
    }),
    { ...streams, exit: (code) => codes.push(code) },
  )
  await command.parseAsync([], { from: 'user' })
  return { school, codes, ...shown }
}

for (const terminal of [true, false]) {
  test(`a check ${terminal ? 'at a terminal' : 'by a pipe'} prints every step and its time, and never the password`, async (t) => {
    const { codes, output, errors } = await check(t, ['4142100101', secret], { terminal })
    assert.deepEqual(codes, [0])
    for (const step of [
      /site +\d+ ms {2}a login page of KINGOSOFT .*shows its dialect, k2-post/,
      /dialect +\d+ ms {2}k2-post, remembered/,
      /captcha +\d+ ms {2}image\/jpeg, 6 bytes, reads 9035, margin 0\.400/,
      /logon +\d+ ms {2}status 200/,
      /proof +\d+ ms {2}somebody's user code/,
      /verified: .*\(\d+ ms in all\)/,
    ]) {
      assert.match(output, step)
    }
    assert.match(errors, /Student number: [\s\S]*not shown/)
    assert.ok(!(output + errors).includes('canary'))
    assert.ok(!output.includes('4142100101') && !output.includes('20140001'))
  })
}

test('a password typed before its prompt is not shown either', async (t) => {
  const { codes, output, errors } = await check(t, [`4142100101\r${secret}`], { terminal: true })
  assert.deepEqual(codes, [0])
  assert.ok(!(output + errors).includes('canary'), errors)
})

for (const [what, scripts, expected] of [
  [
    'refuses the password',
    { '/cas/logon.action': json({ status: '402' }) },
    /rejected: the student number or the password/,
  ],
  ['is under maintenance', { '/cas/logon.action': (response) => response.end('<html>') }, /unavailable, maintenance/],
  [
    'redirects',
    { '/cas/login.action': (response) => response.writeHead(302, { location: '/x' }).end() },
    /login\.action leads to .*redirects are not followed/,
  ],
] satisfies [string, Scripts, RegExp][]) {
  test(`a check of a school that ${what} says so and exits with 1`, async (t) => {
    const { codes, output } = await check(t, ['4142100101', secret], { scripts })
    assert.deepEqual(codes, [1])
    assert.match(output, expected)
  })
}

for (const [what, lines, expected] of [
  ['a wrong student number', ['12345'], /the form \[0-9\]\{9,10\}/],
  ['no password', ['4142100101', ''], /password is needed/],
  ['the end of the input', [], /the form \[0-9\]\{9,10\}/],
] as const) {
  test(`${what} is wrong usage, and no login is tried`, async (t) => {
    const { school, codes, errors } = await check(t, lines)
    assert.deepEqual(codes, [2])
    assert.match(errors, expected)
    assert.deepEqual(school.paths(), ['/cas/login.action'])
  })
}

test('settings that cannot be checked are wrong usage', async () => {
  const { shown, ...streams } = person([], false)
  const codes: number[] = []
  const readAccess = () => {
    throw new Error('SCHOOL=demo is not a kingosoft school')
  }
  await schoolCheckCommand(readAccess, { ...streams, exit: (code) => codes.push(code) }).parseAsync([], {
    from: 'user',
  })
  assert.deepEqual(codes, [2])
  assert.match(shown.errors, /SCHOOL=demo/)
})

test('if students read the captchas, the check shows the image and asks for the answer', async (t) => {
  let file = ''
  const read = async (question: string) => {
    file = /does (.*) say/.exec(question)?.[1] ?? ''
    assert.equal((await readFile(file)).length, 6)
    return '4711'
  }
  const { school, codes } = await check(t, ['4142100101', secret, read], { captchaMode: 'ask', terminal: true })
  assert.deepEqual(codes, [0])
  assert.match(school.seen.find(({ path }) => path === '/cas/logon.action')?.body ?? '', /randnumber=4711/)
  await assert.rejects(stat(file), { code: 'ENOENT' })
})
