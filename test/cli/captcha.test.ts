import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'
import { main } from '../support/running-service.ts'
import { occupy } from './command-line.ts'

const shown = ['0123', '4567', '8905']
let folder: string
let files: string[]
let noImage: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'occupy-captcha-'))
  const random = seededRandom(31)
  files = shown.map((digits) => join(folder, `${digits}.jpg`))
  for (const [index, file] of files.entries()) await writeFile(file, drawCaptcha(shown[index] ?? '', random))
  noImage = join(folder, 'page.html')
  await writeFile(noImage, '<html>')
})
after(() => rm(folder, { recursive: true }))

const linesOf = (output: string) => output.trimEnd().split('\n')
const objectsOf = (output: string) => linesOf(output).map((line) => JSON.parse(line))

test('reads captchas in the given order, with one JSON object per line', async () => {
  const asked = files.toReversed()
  const { code, output, errors } = await occupy(['captcha', '--json', ...asked])
  assert.deepEqual([code, errors], [0, ''])
  const objects = objectsOf(output)
  assert.deepEqual(
    objects.map(({ file, digits }) => [file, digits]),
    asked.map((file, index) => [file, shown.toReversed()[index]]),
  )
  for (const object of objects) {
    assert.deepEqual(Object.keys(object), ['file', 'digits', 'margin', 'ms'])
    assert.ok(object.margin > 0 && object.margin < 1 && object.ms > 0)
  }
})

test('an unreadable file has no digits, does not stop the others, and is a failure', async () => {
  const [first = '', second = ''] = files
  const missing = join(folder, 'missing.jpg')
  const asked = [first, noImage, missing, '/dev/zero', second]
  const { code, output, errors } = await occupy(['captcha', '--json', ...asked])
  assert.deepEqual([code, errors], [1, ''])
  const objects = objectsOf(output)
  assert.deepEqual(
    objects.map(({ file, digits }) => [file, digits]),
    [
      [first, '0123'],
      [noImage, null],
      [missing, null],
      ['/dev/zero', null],
      [second, '4567'],
    ],
  )
  assert.deepEqual(
    objects.slice(1, 4).map(({ margin, error }) => [margin, error.split(':')[0]]),
    [
      [null, 'not a JPEG'],
      [null, 'ENOENT'],
      [null, 'too large'],
    ],
  )
})

test('without --json, prints the same in readable form', async () => {
  const { code, output } = await occupy(['captcha', files[0] ?? '', noImage])
  assert.equal(code, 1)
  const [read = '', unread = ''] = linesOf(output)
  assert.match(read, /0123\.jpg: 0123 \(margin 0\.\d{3}\), \d+\.\d ms$/)
  assert.match(unread, /page\.html: not a JPEG/)
})

test('a folder means its JPEG files, by name', async () => {
  const { code, output } = await occupy(['captcha', '--json', folder])
  assert.equal(code, 0)
  assert.deepEqual(
    objectsOf(output).map(({ file }) => file),
    files,
  )
})

test('reads nine thousand files in one call, and stops quietly when the reader of its output disconnects', async (t) => {
  const many = await mkdtemp(join(tmpdir(), 'occupy-captchas-'))
  t.after(() => rm(many, { recursive: true }))
  const names = Array.from({ length: 9000 }, (_, index) => join(many, `${index}.jpg`))
  for (const name of names) await symlink(files[0] ?? '', name)
  const { code, output } = await occupy(['captcha', '--json', ...names])
  assert.equal(code, 0)
  assert.deepEqual(
    objectsOf(output).map(({ file }) => file),
    names,
  )
  const child = spawn(process.execPath, [main, 'captcha', many], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  child.stdout.once('data', () => child.stdout.destroy())
  assert.deepEqual([(await once(child, 'close'))[0], errors], [0, ''])
})

test('reports an invalid profile in one line, and reads nothing', async () => {
  const { code, output, errors } = await occupy(['captcha', '--profile', noImage, ...files])
  assert.deepEqual([code, output], [1, ''])
  assert.match(errors, /^captcha profile: it is not JSON\n$/)
})

test('no file at all is wrong usage', async () => {
  assert.equal((await occupy(['captcha', '--json'])).code, 2)
})
