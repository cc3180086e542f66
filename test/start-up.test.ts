import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

/** An ESM `import` of `node:http` reads every export of it, and one of them loads this. */
const client = 'internal/deps/undici/undici'

test('starting the service does not load Node’s own HTTP client', () => {
  const loaded = (statements: string) => {
    const script = `${statements}; console.log(JSON.stringify(process.moduleLoadList))`
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  }
  assert.ok(loaded("await import('node:http')").includes(client))
  const modules = ['src/cli/serve.ts', 'src/tools/simulated-school/simulated-school.ts']
  const imports = modules.map((path) => `await import(${JSON.stringify(new URL(`../${path}`, import.meta.url).href)})`)
  assert.ok(!loaded(imports.join(';')).includes(client))
})
