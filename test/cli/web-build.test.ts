import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../web/build.mjs')

test('a build keeps the assets of the previous build, and of none before', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-web-'))
  t.after(() => rm(folder, { recursive: true }))
  const [before, after] = [join(folder, 'before'), join(folder, 'after')]
  await mkdir(join(before, 'assets'), { recursive: true })
  for (const name of ['old-1.js', 'older-2.js']) await writeFile(join(before, 'assets', name), name)
  await writeFile(join(before, 'own-assets.json'), '["old-1.js"]')
  await run(process.execPath, [program, after, before])
  assert.equal(await readFile(join(after, 'assets/old-1.js'), 'utf8'), 'old-1.js')
  await assert.rejects(readFile(join(after, 'assets/older-2.js')))
  assert.doesNotMatch(await readFile(join(after, 'own-assets.json'), 'utf8'), /old-1/)
  assert.doesNotMatch(await readFile(join(after, 'sw.js'), 'utf8'), /old-1/)
})
