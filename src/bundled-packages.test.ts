import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)

/** Loads the packages as the service does, and says which of their files were read. */
function loadedFiles(bundles: string): string[] {
  const script = `
    const { registerHooks } = await import('node:module')
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    const { loadBundledPackages } = await import(${url('./bundled-packages.ts')})
    loadBundledPackages(${bundles})
    const { migrate } = await import(${url('./storage/migrate.ts')})
    const { openSqlite } = await import(${url('./storage/sqlite.ts')})
    const storage = openSqlite(':memory:')
    await storage.close()
    console.log(JSON.stringify(loaded.filter((url) => url.includes('kysely'))))
  `
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

test('a package of hundreds of files is loaded from the few that npm ci has made of it', () => {
  const files = loadedFiles('')
  assert.ok(files.length > 0 && files.every((file) => file.includes('/.cache/bundles/kysely-')), files.join('\n'))
})

test('where none were made, it is loaded as it lies there', () => {
  const files = loadedFiles("'/nowhere'")
  assert.ok(files.length > 100 && files.every((file) => file.includes('/node_modules/kysely/dist/')))
})
