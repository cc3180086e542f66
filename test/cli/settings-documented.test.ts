import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ConfigError, settingNames } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/read-config.ts'

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The variables that the reader of the settings reads, recorded from it; some are read only together with others. */
function knownVariables(): string[] {
  const asked = new Set<string>()
  for (const settings of [{ HOST: '0.0.0.0' }, { SCHOOL: 'kingosoft' }, { SCHOOL: 'ldap' }, { SCHOOL: 'cas' }]) {
    const set: Record<string, string | undefined> = settings
    const env = new Proxy(set, {
      get: (_, name) => {
        asked.add(String(name))
        return set[String(name)]
      },
    })
    try {
      readConfig(env)
    } catch (error) {
      assert.ok(error instanceof ConfigError)
    }
  }
  return [...asked].sort()
}

function named(path: string, pattern: RegExp): string[] {
  return [...text(path).matchAll(pattern)].map(([, name = '']) => name).sort()
}

test('.env.example contains exactly the settings, each commented out', () => {
  assert.deepEqual(named('.env.example', /^#?([A-Z][A-Z_]+)=/gm), knownVariables())
  assert.doesNotMatch(text('.env.example'), /^[A-Z]/m)
})

test('the list of settings contains exactly what the reader uses', () => {
  assert.deepEqual(knownVariables(), [...settingNames].sort())
})

for (const path of ['README.md', 'README.zh-CN.md']) {
  test(`the table of ${path} contains exactly the settings`, () => {
    const firstCells = named(path, /^\| (`[A-Z][^|]*`) \|/gm).join(' ')
    assert.deepEqual([...firstCells.matchAll(/[A-Z][A-Z_]+/g)].map(String).sort(), knownVariables())
  })
}

test('docs/decisions.md gives a reason for exactly the dependencies', () => {
  const { dependencies, devDependencies } = JSON.parse(text('package.json'))
  const reasons = text('docs/decisions.md').split('\n## Dependencies')[1] ?? ''
  const cells = [...reasons.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell = '']) => cell).join(' ')
  const named = [...cells.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  assert.deepEqual(named.sort(), Object.keys({ ...dependencies, ...devDependencies }).sort())
})
