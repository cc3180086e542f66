import assert from 'node:assert/strict'
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'
import { otherImages } from '../captcha/images.ts'
import { drawOthers, otherCells } from '../captcha/other-school.ts'
import { occupy } from './command-line.ts'

const layout = ['--cells', otherCells, '--ink', 'light']

/** A folder of images, named by their digits, with a number if two images show the same. */
async function labelledFolder(t: TestContext, count: number, seed: number) {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-learn-'))
  t.after(() => rm(folder, { recursive: true }))
  const images = drawOthers(count, seededRandom(seed))
  for (const [index, { label, image }] of images.entries())
    await writeFile(join(folder, `${label}-${index}.jpg`), image)
  return folder
}

test('learns a profile from thirty images of another school, and reads a hundred others with it', async (t) => {
  const folder = await labelledFolder(t, 30, 41)
  const output = join(folder, 'profile.json')
  const learnt = await occupy(['captcha', 'learn', folder, ...layout, '--output', output])
  assert.deepEqual([learnt.code, learnt.errors], [0, ''])
  assert.equal(
    learnt.output,
    `good, written to ${output}: 30 of 30 images read correctly with templates learned from the others; symbols 0123456789\n`,
  )
  const others = await labelledFolder(t, 100, 42)
  const { code, output: lines } = await occupy(['captcha', '--json', '--profile', output, others])
  assert.equal(code, 0)
  for (const line of lines.trimEnd().split('\n')) {
    const { file, digits } = JSON.parse(line)
    assert.equal(digits, file.slice(others.length + 1).split('-')[0])
  }
})

test('a wrong label is a failure that names the file and what it seems to show', async (t) => {
  const folder = await labelledFolder(t, 30, 43)
  const [name = ''] = (await readdir(folder)).sort()
  const label = name.slice(0, 5)
  const wrong = [...label].map((digit) => (Number(digit) + 1) % 10).join('')
  await rename(join(folder, name), join(folder, `${wrong}-wrong.jpg`))
  const learnt = await occupy(['captcha', 'learn', folder, ...layout, '--output', join(folder, 'profile.json')])
  assert.equal(learnt.code, 1)
  assert.match(learnt.output, /^usable, written to .*: 29 of 30 images read correctly/)
  assert.equal(learnt.errors, `${join(folder, `${wrong}-wrong.jpg`)}: reads ${label}\n`)
})

test('reports images that cannot be learned from in one line, and writes no profile', async (t) => {
  const folder = await labelledFolder(t, 5, 44)
  const output = join(folder, 'profile.json')
  for (const [file, hint] of [
    ['12-short.jpg', /12-short\.jpg does not begin with 5 symbols/],
    ['12345-page.jpg', /12345-page\.jpg: it does not begin as one/],
  ] as const) {
    const [name = ''] = await readdir(folder)
    if (file === '12-short.jpg') await rename(join(folder, name), join(folder, file))
    else await writeFile(join(folder, file), '<html>')
    const { code, errors, output: said } = await occupy(['captcha', 'learn', folder, ...layout, '--output', output])
    assert.deepEqual([code, said], [1, ''])
    assert.match(errors, hint)
    assert.equal(errors.split('\n').length, 2)
    await rm(join(folder, file))
  }
  assert.ok(!(await readdir(folder)).includes('profile.json'))
})

test('an empty folder, a missing one and invalid cells have different exit codes', async (t) => {
  const folder = await labelledFolder(t, 0, 45)
  const output = join(folder, 'profile.json')
  const empty = await occupy(['captcha', 'learn', folder, '--output', output])
  assert.equal(empty.code, 1)
  assert.match(empty.errors, /no image files/)
  const nowhere = await occupy(['captcha', 'learn', join(folder, 'nowhere'), '--output', output])
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.errors, /ENOENT/)
  const wrong = await occupy(['captcha', 'learn', folder, '--output', output, '--cells', '1,2,3'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.errors, /six whole numbers/)
  assert.deepEqual(await readdir(folder), [])
})

test('reports a layout that does not fit, and writes no profile', async (t) => {
  const folder = await labelledFolder(t, 20, 46)
  const output = join(folder, 'profile.json')
  const beside = ['--cells', '0,0,2,3,3,5', '--ink', 'light']
  const { code, output: said } = await occupy(['captcha', 'learn', folder, ...beside, '--output', output])
  assert.equal(code, 1)
  assert.match(said, /^unusable, not written: \d+ of 20 images/)
  assert.ok(!(await readdir(folder)).includes('profile.json'))
})

for (const [format, image] of Object.entries(otherImages).filter(([name]) => ['PNG', 'GIF', 'BMP'].includes(name))) {
  test(`learn and the reader recognize ${format} images and name the format`, async (t) => {
    const folder = await labelledFolder(t, 0, 47)
    await writeFile(join(folder, `1234.${format.toLowerCase()}`), image)
    const learnt = await occupy(['captcha', 'learn', folder, '--output', join(folder, 'profile.json')])
    assert.deepEqual([learnt.code, learnt.output], [1, ''])
    assert.match(learnt.errors, new RegExp(`image/${format.toLowerCase()}; only JPEG images`))
    const read = await occupy(['captcha', '--json', folder])
    assert.equal(read.code, 1)
    assert.deepEqual(JSON.parse(read.output).error, `not a JPEG: image/${format.toLowerCase()}`)
  })
}

test('reports a folder without images as a failure', async (t) => {
  const folder = await labelledFolder(t, 0, 48)
  const { code, output } = await occupy(['captcha', folder])
  assert.equal(code, 1)
  assert.match(output, /no image files/)
})
