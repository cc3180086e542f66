import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ConfigError } from '../../src/config/config.ts'
import { authorityOf } from '../../src/server/school/school.ts'
import { createPrivateAuthority } from './private-authority.ts'

let folder: string
let schoolCa: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'occupy-authority-'))
  schoolCa = join(folder, 'ca.pem')
})

after(() => rm(folder, { recursive: true }))

test('SCHOOL_CA contains one or more certificates, with text around them', async () => {
  const [{ ca }, other] = await Promise.all([createPrivateAuthority(), createPrivateAuthority()])
  await writeFile(schoolCa, `The campus authority:\n${ca}\nand the one before:\n${other.ca}`)
  assert.match(authorityOf({ schoolCa }) ?? '', /and the one before/)
})

for (const [what, text] of [
  ['nothing', ''],
  ['words', '# a document\n'],
  ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
  ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
] as const) {
  test(`a SCHOOL_CA that contains ${what} aborts start-up`, async () => {
    await writeFile(schoolCa, text)
    assert.throws(
      () => authorityOf({ schoolCa }),
      (error) => error instanceof ConfigError && /^SCHOOL_CA: /.test(error.message),
    )
  })
}
