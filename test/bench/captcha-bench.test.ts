import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { spread } from '../../bench/captcha-run.ts'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'

const program = fileURLToPath(new URL('../../bench/captcha-bench.ts', import.meta.url))

async function bench(cwd: string, ...words: string[]) {
  const child = spawn(process.execPath, [program, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, output, errors }
}

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-captcha-bench-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('measures the reader next to tesseract.js, and leaves no file behind', async (t) => {
  const folder = await emptyFolder(t)
  const random = seededRandom(51)
  for (const digits of ['0123', '4567']) await writeFile(join(folder, `${digits}.jpg`), drawCaptcha(digits, random))
  const { code, output, errors } = await bench(folder, folder, '--json', '--starts', '2')
  assert.deepEqual([code, errors], [0, ''])
  const [ours, ...others] = JSON.parse(output)
  assert.deepEqual([ours.images, ours.right, ours.unreadable, ours.misread], [2, 2, 0, []])
  assert.ok(ours.smallestMargin > 0 && ours.firstMs > 0 && ours.warmMs.p50 > 0 && ours.addedBytes > 0)
  assert.equal(others.length, 2)
  for (const other of others) assert.match(other.contestant, /^tesseract\.js/)
  assert.deepEqual((await readdir(folder)).sort(), ['0123.jpg', '4567.jpg'])
})

test('reports a wrong reading and a refused image, and fails', async (t) => {
  const folder = await emptyFolder(t)
  await writeFile(join(folder, '9999.jpg'), drawCaptcha('0123', seededRandom(52)))
  await writeFile(join(folder, '1234.jpg'), '<html>')
  const { code, output } = await bench(folder, folder, '--no-tesseract', '--starts', '1')
  assert.equal(code, 1)
  assert.match(output, /\| ours +\| 0 of 2 \| +1 \| +1 \|/)
  assert.match(output, /WRONG: .*9999\.jpg reads 0123/)
})

test('reports a folder without labelled images in one line', async (t) => {
  const folder = await emptyFolder(t)
  const empty = await bench(folder, folder)
  assert.deepEqual([empty.code, empty.errors], [1, `${folder}: no image files\n`])
  await writeFile(join(folder, 'captcha.jpg'), '')
  const unlabelled = await bench(folder, folder)
  assert.equal(unlabelled.code, 1)
  assert.match(unlabelled.errors, /^1 of 1 files have names that do not begin with the 4 symbols they show: .*\n$/)
  const nowhere = await bench(folder, join(folder, 'nowhere'))
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.errors, /^ENOENT.*\n$/)
})

test('wrong usage exits with 2, help with 0', async (t) => {
  const folder = await emptyFolder(t)
  for (const words of [[], ['--nonsense'], [folder, '--starts', '0']])
    assert.equal((await bench(folder, ...words)).code, 2)
  const help = await bench(folder, '--help')
  assert.equal(help.code, 0)
  assert.match(help.output, /^npm run captcha:bench -- FOLDER/)
})

test('a sample of many images is taken from the whole list', () => {
  assert.deepEqual(spread([1, 2, 3], 5), [1, 2, 3])
  assert.deepEqual(spread([0, 1, 2, 3, 4, 5], 3), [0, 2, 4])
})
