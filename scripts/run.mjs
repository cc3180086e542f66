// Runs the built command line. Works on Node.js 20 or later: installs and builds if needed, then starts the project's Node.js.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { build, builtMain, isBuilt } from './build.mjs'
import { ensureInstalled, isWritable, ownNode, root } from './install.mjs'

/** Defaults for the environment of the command's process. deploy/occupy.service has the same values. */
const environment = {
  // A password hash takes 19 MiB. Without this, glibc would keep that memory for each thread that has ever computed one.
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_ARENA_MAX: '2',
  // Otherwise V8's young generation grows to 53 MiB. This saves a fifth of the memory after a load, at the same CPU time.
  NODE_OPTIONS: '--max-semi-space-size=8',
  // Only the first start has to compile.
  NODE_COMPILE_CACHE: join(root, 'dist', 'compile-cache'),
}

run([await mainFile(), ...process.argv.slice(2)], { ...environment, ...process.env })

/** The bundle, rebuilt if it is stale. The sources, if this user cannot write to dist/. */
async function mainFile() {
  // A current dist/ includes its packages, so that only Node.js has to be installed.
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

/** Replaces this process if its Node.js supports that. Otherwise runs a child process and forwards signals to it. */
function run(args, env) {
  if (process.execPath === realpathSync(ownNode)) process.execve(ownNode, [ownNode, ...args], env)
  const child = spawn(ownNode, args, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1)
  })
}
