import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { loadCaptchaProfile, loadCaptchaReader } from '../../src/server/school/captcha-reader.ts'
import { ProfileError, readProfile, writtenProfile } from '../../src/tools/captcha/profile.ts'

const profiles = join(import.meta.dirname, '..', '..', 'src', 'tools', 'captcha', 'profiles')
const kingosoft = JSON.parse(readFileSync(join(profiles, 'kingosoft.json'), 'utf8'))

for (const file of globSync(join(profiles, '*.json'))) {
  test(`the profile ${basename(file)} can be read, and is written back unchanged`, () => {
    const profile = loadCaptchaProfile(file)
    assert.equal(profile.name, basename(file, '.json'))
    assert.equal(writtenProfile(profile), readFileSync(file, 'utf8'))
  })
}

test('the licence of the font is next to the templates drawn from it', () => {
  assert.match(readFileSync(join(profiles, 'OFL.txt'), 'utf8'), /SIL OPEN FONT LICENSE Version 1\.1/i)
})

for (const [what, text, hint] of [
  ['nothing', '', /not JSON/],
  ['a list', '[]', /must be an object/],
  ['no name', changed({ name: undefined }), /name/],
  ['no image', changed({ image: undefined }), /image must be an object/],
  ['half a pixel', changed({ image: { width: 70.5, height: 30 } }), /image\.width/],
  ['a giant image', changed({ image: { width: 70, height: 1e9 } }), /image\.height/],
  ['no cells', changed({ cells: { ...kingosoft.cells, count: 0 } }), /cells\.count/],
  ['cells beyond the image', changed({ cells: { ...kingosoft.cells, count: 5 } }), /column 78, the image at 70/],
  ['cells below the image', changed({ cells: { ...kingosoft.cells, top: 15 } }), /row 31, the image at 30/],
  ['an unknown shade of ink', changed({ ink: 'red' }), /ink/],
  ['a single template', changed({ templates: { 0: kingosoft.templates[0] } }), /at least two/],
  ['a template for two symbols', withTemplate('10', kingosoft.templates[0]), /"10" is not one symbol/],
  ['a template without a row', withTemplate('x', kingosoft.templates[0].slice(1)), /"x" must have 16 rows of 12/],
  ['a row with other characters', withTemplate('x', [...Array(15).fill('0'.repeat(12)), '-'.repeat(12)]), /base-36/],
  ['a template without ink', withTemplate('x', Array(16).fill('0'.repeat(12))), /"x" is empty/],
] as const) {
  test(`rejects a profile with ${what} and says why`, () => {
    assert.throws(
      () => readProfile(text),
      (error) => error instanceof ProfileError && hint.test(error.message),
    )
  })
}

test('a missing profile is reported as a profile error, to commands and the service', () => {
  assert.throws(() => loadCaptchaProfile(join(profiles, 'nowhere.json')), ProfileError)
  assert.throws(() => loadCaptchaReader(profiles), ProfileError)
})

function changed(part: object): string {
  return JSON.stringify({ ...kingosoft, ...part })
}

function withTemplate(symbol: string, rows: unknown): string {
  return changed({ templates: { ...kingosoft.templates, [symbol]: rows } })
}
