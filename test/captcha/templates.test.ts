import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { drawProfile } from '../../scripts/captcha-templates.ts'
import { writtenProfile } from '../../src/tools/captcha/profile.ts'

const shipped = new URL('../../src/tools/captcha/profiles/kingosoft.json', import.meta.url)

test('the script draws the shipped templates from the open font, byte for byte', () => {
  assert.equal(writtenProfile(drawProfile()), readFileSync(shipped, 'utf8'))
})
