import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CaptchaError } from '../../src/tools/captcha/captcha-error.ts'
import { type Layout, learnProfile } from '../../src/tools/captcha/learn.ts'
import { ProfileError, readProfile, writtenProfile } from '../../src/tools/captcha/profile.ts'
import { createReader } from '../../src/tools/captcha/reader.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'
import { drawOther, drawOthers, otherLayout } from './other-school.ts'

const layout: Layout = { name: 'other', source: 'a test', cells: otherLayout, ink: 'light' }
const samples = drawOthers(30, seededRandom(21)).map((sample, index) => ({ ...sample, name: `image ${index}` }))

test('thirty labelled images of another layout are enough to read all others', () => {
  const { profile, misread, images } = learnProfile(samples, layout)
  assert.deepEqual([misread, images], [[], 30])
  const read = createReader(readProfile(writtenProfile(profile)))
  for (const { label, image } of drawOthers(100, seededRandom(22))) {
    const reading = read(image)
    assert.equal(reading.digits, label)
    assert.ok(reading.margin > 0.1, `${label}: ${reading.margin}`)
  }
})

test('finds an image with a wrong label by all the others', () => {
  const [first, ...rest] = samples
  assert.ok(first)
  const wrong = [...first.label].map((digit) => (Number(digit) + 1) % 10).join('')
  const { misread } = learnProfile([{ ...first, label: wrong }, ...rest], layout)
  assert.deepEqual(misread, [{ name: 'image 0', digits: first.label }])
})

const one = (label: string, width?: number) => ({ name: 'one', label, image: drawOther('12345', { width }) })

for (const [what, images, hint] of [
  ['no images', [], /no images/],
  ['a label that is too short', [one('1234')], /one .*5 symbols/],
  ['images of several sizes', [...samples, one('12345', 90)], /sizes/],
  ['an image that the cells do not fit', [one('12345', 40)], /column 89/],
] as const) {
  test(`learns nothing from ${what}`, () => {
    assert.throws(
      () => learnProfile(images, layout),
      (error) => error instanceof ProfileError && hint.test(error.message),
    )
  })
}

test('names an image that cannot be decoded', () => {
  const broken = { name: 'broken.jpg', label: '12345', image: Buffer.from('GIF89a') }
  assert.throws(() => learnProfile([...samples, broken], layout), CaptchaError)
  assert.throws(() => learnProfile([...samples, broken], layout), /broken\.jpg/)
})
