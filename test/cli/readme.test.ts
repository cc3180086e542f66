import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { main } from '../support/running-service.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code)

const tour = blocks(read('README.md'), 'sh').filter((block) => block.includes('curl '))

test('both READMEs contain the same commands, settings and responses', () => {
  for (const language of ['sh', 'ini', 'json']) {
    assert.deepEqual(blocks(read('README.zh-CN.md'), language), blocks(read('README.md'), language))
  }
})

const linking = ['README.md', 'README.zh-CN.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']
for (const path of [...linking, 'docs/decisions.md', 'docs/asvs.md']) {
  test(`every link of ${path} leads to a file`, () => {
    const links = [...read(path).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    for (const link of links.filter((target) => !target.includes(':'))) {
      assert.ok(existsSync(new URL(link, new URL(path, root))), link)
    }
  })
}

const noShell = ['bash', 'curl', 'sed'].some((tool) => spawnSync(tool, ['--version']).status !== 0)

describe('the quick start of the README', { skip: noShell && 'bash, curl or sed is missing' }, () => {
  let folder: string
  let address: string
  const ends: (() => Promise<unknown>)[] = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'occupy-tour-'))
    ends.push(() => rm(folder, { recursive: true }))
    const env = { PATH: process.env.PATH, DATABASE_URL: `file:${folder}/x.sqlite`, PORT: '0', LOG_LEVEL: 'silent' }
    const service = spawn(process.execPath, [main, 'serve'], { env })
    const gone = once(service, 'close')
    ends.unshift(async () => {
      service.kill('SIGTERM')
      await gone
    })
    let said = ''
    service.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    while (!said.includes('curl'))
      await Promise.race([once(service.stderr, 'data'), gone.then(() => assert.fail(said))])
    address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? ''
    assert.ok(
      said.includes(tour[0]?.split('\n')[0]?.split('register')[1] ?? 'nothing'),
      'the banner offers the same line',
    )
  })

  after(async () => {
    for (const end of ends) await end()
  })

  test('works as written', async () => {
    const script = `set -e; curl() { command curl --fail-with-body "$@"; }\n${tour.join('')}`
    const shell = spawn('bash', ['-c', script.replaceAll('http://127.0.0.1:5000', address)])
    let said = ''
    for (const stream of [shell.stdout, shell.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    assert.deepEqual(await once(shell, 'close'), [0, null], said)
    // A 204 is an empty line.
    const lines = said.split('\n').filter((line) => line !== '')
    const documented = blocks(read('README.md'), 'json').join('').trimEnd().split('\n')
    const shape = (line: string) =>
      JSON.stringify(JSON.parse(line))
        .replaceAll(address, 'http://127.0.0.1:5000')
        .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'T')
        .replaceAll(/seconds":\d+/g, 'seconds":N')
    const answers = lines.map(shape)
    for (const line of documented) assert.ok(answers.includes(shape(line)), line)
    assert.equal(lines.filter((line) => JSON.parse(line).count === 2).length, 2)
  })
})
