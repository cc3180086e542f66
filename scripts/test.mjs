// `npm test` on any Node.js from 20 on: installs and builds where that is needed, runs test/run.ts under the project's own Node.js,
// and removes what it leaves behind when it is killed.
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
  // Each file but the first finds the sources compiled.
  NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
}
// In a process group of its own. Its standard input ends with this process: then it does the same as is done here.
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
