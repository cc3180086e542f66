// `npm test`, on Node.js 20 or later: installs and builds if needed, runs test/run.ts with the project's Node.js, and removes
// what a killed run leaves behind.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, builtMain, isBuilt } from './build.mjs'
import { ensureInstalled, ownNode, root } from './install.mjs'
import { openRunFolder, removeDeadRuns, removeRun } from './test-run.mjs'

ensureInstalled({ dev: true })
if (!isBuilt()) await build()
removeDeadRuns()
const folder = openRunFolder()
const settings = {
  TMPDIR: join(folder, 'tmp'),
  TEST_RUN_FOLDER: folder,
  TEST_MAIN: builtMain,
  // Only the first test file has to compile the sources. A run within a run (test/killed-run.test.ts) shares its cache.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(folder, 'compile-cache'),
}
// Runs in a separate process group. If this process is killed, the run's standard input ends, and the run cleans up itself.
const run = spawn(ownNode, [join(root, 'test', 'run.ts'), ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, ...settings },
  stdio: ['pipe', 'inherit', 'inherit'],
  detached: true,
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => run.kill('SIGKILL'))
run.on('exit', (code) => {
  const left = removeRun(folder, run.pid)
  process.exitCode = code ?? 1
  if (code === null || left.length === 0) return
  console.error(`left behind by a test:\n${left.join('\n')}`)
  process.exitCode = 1
})
