// The door for any Node from 20 on: installs what the lockfile says when that has changed, then hands over to the project's own Node.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, ownNode, root } from './install.mjs'

/** Young garbage is collected in small portions, and the heap grows little beyond what lives: a campus' server is small. */
const flags = ['--max-semi-space-size=4', '--heap-growing-percent=30']
const tuned = {
  // Each hash of a password takes 19 MiB, which glibc would otherwise keep for every thread that ever hashed.
  MALLOC_MMAP_THRESHOLD_: '1048576',
  // From the very first file on: what is compiled once need not be read as TypeScript again.
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
}

install()
run([...flags, join(root, 'src', 'main.ts'), ...process.argv.slice(2)], { ...tuned, ...process.env })

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
