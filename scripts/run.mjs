// The door for any Node from 20 on: installs what the lockfile says when that has changed, then hands over to the project's own Node.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, ownNode, root } from './install.mjs'
import { environment, flags } from './tuning.mjs'

install()
run([...flags, join(root, 'src', 'main.ts'), ...process.argv.slice(2)], { ...environment, ...process.env })

/** In place of this very process where its Node can do that; otherwise in a child that gets every signal. */
function run(words, env) {
  if (process.versions.node === nodeVersion()) process.execve(ownNode, [ownNode, ...words], env)
  const child = spawn(ownNode, words, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1)
  })
}

function nodeVersion() {
  return JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8')).version
}
