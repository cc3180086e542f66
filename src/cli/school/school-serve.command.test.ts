import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { TestClient } from '../../tools/simulated-school/test-client.ts'

const program = `
import { schoolServeCommand } from ${JSON.stringify(new URL('./school-serve.command.ts', import.meta.url).href)}
await schoolServeCommand().parseAsync(process.argv.slice(1), { from: 'user' })
`

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'school-serve-'))
})
after(() => rm(folder, { recursive: true }))

interface Run {
  child: ChildProcess
  said: () => string
  exitCode: Promise<unknown>
}

function run(...options: string[]): Run {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, '--', ...options])
  const pieces: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => pieces.push(text))
  return { child, said: () => pieces.join(''), exitCode: once(child, 'close').then(([code]) => code) }
}

async function urlOf({ child, said }: Run): Promise<string> {
  while (!said().includes('__control\n')) await once(child.stdout ?? child, 'data')
  return /at (http\S+)/.exec(said())?.[1] ?? ''
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`the school serves the students in a file until ${signal}, and prints none of their passwords`, async () => {
    const file = join(folder, `${signal}.json`)
    const student = { studentNumber: '201900001', schoolPassword: 'canary-password' }
    await writeFile(file, JSON.stringify([student]))
    const school = run('--port', '0', '--students', file, '--root', '/jw', '--fault', 'captcha-refused:1')
    const client = new TestClient(await urlOf(school))
    assert.match(client.base, /^http:\/\/127\.0\.0\.1:\d+\/jw$/)
    assert.partialDeepStrictEqual(await client.login('k3', student), { status: '401' })
    assert.partialDeepStrictEqual(await client.login('k3', student), { status: '200' })
    school.child.kill(signal)
    assert.equal(await school.exitCode, 0)
    assert.match(school.said(), /201900001[\s\S]*POST \/jw\/cas\/logon\.action \(captcha-refused\)/)
    assert.doesNotMatch(school.said(), /canary/)
  })
}

test('an invalid file is reported in one line with its name and the position', async () => {
  const file = join(folder, 'faulty.json')
  await writeFile(file, '[{"studentNumber": "12", "schoolPassword": "canary"}]')
  const school = run('--port', '0', '--students', file)
  assert.equal(await school.exitCode, 1)
  assert.equal(school.said(), `${file}: [0].studentNumber: must be a text of nine or ten digits\n`)
})

for (const options of [
  ['--fault', 'hong'],
  ['--dialect', 'k4'],
  ['--port', '70000'],
  ['--root', 'tscjw'],
  ['--tls-cert', 'x'],
  ['--students', '/nowhere.json'],
]) {
  test(`rejects ${options.join(' ')} in one line`, async () => {
    const school = run('--port', '0', ...options)
    assert.equal(await school.exitCode, 1)
    assert.match(school.said(), /^[^\n]+\n$/)
  })
}
