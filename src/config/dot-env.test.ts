import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, settingNames } from './config.ts'
import { loadDotEnv } from './dot-env.ts'

function load(t: { after(step: () => void): void }, text: string, env: Record<string, string | undefined> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'occupy-dot-env-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, '.env'), text)
  loadDotEnv(join(folder, '.env'), env)
  return env
}

test('the environment overrides the file, and unknown names of other programs are accepted', (t) => {
  const env = load(t, '# ours\nPORT=1\nHOST="127.0.0.1"\nPOSTGRES_PASSWORD=x\nTZ=UTC\n', { PORT: '2' })
  assert.deepEqual(env, { PORT: '2', HOST: '127.0.0.1', POSTGRES_PASSWORD: 'x', TZ: 'UTC' })
})

for (const [written, meant] of [
  ['SCHOL', 'SCHOOL'],
  ['SHCOOL', 'SCHOOL'],
  ['School', 'SCHOOL'],
  ['SCHOOL_ULR', 'SCHOOL_URL'],
  ['PUBLIC-URL', 'PUBLIC_URL'],
  ['TRUSTED_PROXY', 'TRUST_PROXY'],
  ['SECRETS', 'SECRET'],
  ['PROT', 'PORT'],
  ['HOSTS', 'HOST'],
  ['DATABASEURL', 'DATABASE_URL'],
] as const) {
  test(`rejects ${written} as a misspelling of ${meant}, in one line`, (t) => {
    assert.throws(
      () => load(t, `${written}=x\n`),
      (error) =>
        error instanceof ConfigError &&
        new RegExp(`^[^\\n]*${written}[^\\n]*\\b${meant}\\b[^\\n]*$`).test(error.message),
    )
  })
}

test('no setting is taken for a misspelling of another', (t) => {
  load(t, settingNames.map((name) => `${name}=x\n`).join(''))
})

test('ignores a missing file, and reports an unreadable one in one line', () => {
  const env = {}
  loadDotEnv('/nowhere/.env', env)
  assert.deepEqual(env, {})
  assert.throws(() => loadDotEnv(tmpdir(), env), ConfigError)
})
