// Runs the built command line. Works on any Node.js from 20 on: installs and builds where that is needed, then hands over to the project's own Node.js.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { build, builtMain, isBuilt } from './build.mjs'
import { ensureInstalled, isWritable, ownNode, root } from './install.mjs'

/** For the process that runs the command, where nobody has set it. The same values are in deploy/occupy.service. */
const environment = {
  // A password hash takes 19 MiB, which glibc would otherwise keep for each thread that ever made one.
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_ARENA_MAX: '2',
  // V8's young generation grows to 53 MiB otherwise: a fifth less memory after a load, for the same processor time.
  NODE_OPTIONS: '--max-semi-space-size=8',
  // Each start but the first needs no compilation.
  NODE_COMPILE_CACHE: join(root, 'dist', 'compile-cache'),
}

run([await mainFile(), ...process.argv.slice(2)], { ...environment, ...process.env })

/** The bundle, made anew where it is stale; the sources where this user may not write there. */
async function mainFile() {
  // dist/ is built from installed packages only, and needs none of them but Node.js itself.
  if (isBuilt() && existsSync(ownNode)) return builtMain
  ensureInstalled()
  if (isBuilt()) return builtMain
  if (!isWritable(root)) {
    console.error('dist/ 不是最新，且无权写入，改为直接运行源码 · dist/ is stale and not writable: running the sources')
    return join(root, 'src', 'main.ts')
  }
  console.error('正在构建 · building dist/ …')
  await build()
  return builtMain
}

/** In place of this process where its Node.js can do that, otherwise in a child that gets every signal. */
function run(args, env) {
  if (process.execPath === realpathSync(ownNode)) process.execve(ownNode, [ownNode, ...args], env)
  const child = spawn(ownNode, args, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1)
  })
}
