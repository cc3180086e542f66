// Runs the built command line. Works on any Node.js from 20 on: installs and builds where that is needed, then hands over to the project's own Node.js.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, builtMain, isBuilt } from './build.mjs'
import { ensureInstalled, isWritable, ownNode, root } from './install.mjs'

const main = await mainFile()
// Saves the compilation at each start but the first.
process.env.NODE_COMPILE_CACHE ??= join(root, 'dist', 'compile-cache')
if (process.execPath === realpathSync(ownNode)) await runHere()
else runInOwnNode()

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

async function runHere() {
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  // As if Node.js had been started with it: worker processes run the same file.
  process.argv[1] = main
  await import(pathToFileURL(main).href)
}

function runInOwnNode() {
  const child = spawn(ownNode, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1)
  })
}
