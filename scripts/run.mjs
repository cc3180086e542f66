// The door for any Node from 20 on: installs what the lockfile says when that has changed, then hands over to the project's own Node.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { install, ownNode, root } from './install.mjs'

const main = join(root, 'src', 'main.ts')

install()
await run(process.argv.slice(2))

/** In this very process where it is the project's own Node already; otherwise in a child that gets every signal. */
async function run(words) {
  if (process.versions.node === nodeVersion()) {
    process.argv.splice(1, process.argv.length, main, ...words)
    await import(pathToFileURL(main).href)
    return
  }
  const child = spawn(ownNode, [main, ...words], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1)
  })
}

function nodeVersion() {
  return JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8')).version
}
