import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, appendFileSync, chmodSync, constants, existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { type InstalledCopy, makeInstalledCopy } from '../support/installed-copy.ts'
import { patience } from '../support/patience.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534

describe('npm run occupy', () => {
  /** Without dist/, and with. Each test has a copy of one of them. */
  let fresh: InstalledCopy
  let built: string
  let copy: Pick<InstalledCopy, 'folder' | 'npm'>
  before(async () => {
    fresh = await makeInstalledCopy()
    built = await copyOf(fresh.folder)
    copy = at(built)
    const { ran, stderr } = run()
    assert.ok(ran, stderr)
  })
  afterEach(async () => {
    chmodSync(copy.folder, 0o755)
    await rm(copy.folder, { recursive: true })
  })
  after(async () => {
    await fresh.remove()
    await rm(built, { recursive: true })
  })

  async function copyOf(folder: string): Promise<string> {
    const to = await mkdtemp(join(tmpdir(), 'occupy-run-'))
    // Keeps links and modes, and takes a tenth of the time of Node's.
    execFileSync('cp', ['-a', `${folder}/.`, to])
    return to
  }
  const at = (folder: string) => ({ folder, npm: join(folder, 'npm.mjs') })
  const useFresh = async () => {
    copy = at(await copyOf(fresh.folder))
  }
  const useBuilt = async () => {
    copy = at(await copyOf(built))
  }

  /** `npm run occupy -- captcha --help`, where npm is a program that fails. */
  function run(options: { uid?: number } = {}) {
    const env = { PATH: process.env.PATH ?? '', npm_execpath: copy.npm }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(copy.folder, 'scripts/run.mjs'), 'captcha', '--help'],
      { env, encoding: 'utf8', timeout: patience(30_000), ...options },
    )
    return { ran: status === 0 && stdout.startsWith('Usage: occupy captcha'), stdout, stderr }
  }
  const builtHash = () => readFileSync(join(copy.folder, 'dist/build-hash'), 'utf8')

  test('builds and never installs where only packages for development are absent', async () => {
    await useFresh()
    const first = run()
    assert.ok(first.ran, first.stderr)
    assert.match(first.stderr, /^[^\n]*building dist\/[^\n]*\n$/)
    const second = run()
    assert.ok(second.ran)
    assert.equal(second.stderr, '', 'what is built and fresh runs without a word')
  })

  test('builds again when a source has changed', async () => {
    await useBuilt()
    const before = builtHash()
    appendFileSync(join(copy.folder, 'src/version.ts'), '// changed\n')
    assert.match(run().stderr, /building dist\//)
    assert.notEqual(builtHash(), before)
  })

  test('installs when a package that is needed is absent, and says which', async () => {
    await useFresh()
    rmSync(join(copy.folder, 'node_modules/fastify'))
    const { ran, stderr } = run()
    assert.ok(!ran)
    assert.match(stderr, /fastify@\d[^\n]*npm ci …\nnpm was called\n/)
  })

  test('installs nothing while dist/ is fresh', async () => {
    await useBuilt()
    rmSync(join(copy.folder, 'node_modules/fastify'))
    const { ran, stderr } = run()
    assert.ok(ran, stderr)
  })

  test('runs the sources for a user who may not write, when dist/ is stale', async (t) => {
    await useBuilt()
    if (!isReadable(process.execPath)) return t.skip('another user cannot read the packages here')
    const before = builtHash()
    appendFileSync(join(copy.folder, 'src/version.ts'), '// changed\n')
    chmodSync(copy.folder, 0o555)
    const { ran, stderr } = run(isRoot ? { uid: nobody } : {})
    assert.ok(ran, stderr)
    assert.match(stderr, /^[^\n]*running the sources\n$/)
    assert.equal(builtHash(), before)
  })

  test('tells a user who may not write what is absent', async (t) => {
    await useFresh()
    if (!isReadable(process.execPath)) return t.skip('another user cannot read the packages here')
    rmSync(join(copy.folder, 'node_modules/fastify'))
    chmodSync(copy.folder, 0o555)
    const { ran, stderr } = run(isRoot ? { uid: nobody } : {})
    assert.ok(!ran)
    assert.match(stderr, /^[^\n]*fastify@\d[^\n]*may not write[^\n]*\n$/)
    assert.ok(!existsSync(join(copy.folder, 'dist')))
  })
})

function isReadable(file: string): boolean {
  if (isRoot) return spawnSync(file, ['--version'], { uid: nobody }).status === 0
  accessSync(file, constants.R_OK)
  return true
}
