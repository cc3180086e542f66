// After `npm ci`: translates the service's TypeScript once for all starts. Without it the first start does, and takes longer.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownNode, root } from './install.mjs'
import { environment, flags } from './tuning.mjs'

const allFiles = pathToFileURL(join(root, 'src', 'translated.ts'))
run(['--input-type=module', '--eval', `await (await import('${allFiles}')).translateAll()`])
run([join(root, 'src', 'main.ts'), '--version'])

/** By the same flags as the service: V8 keeps no code for others. */
function run(words) {
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...environment } }
  spawnSync(ownNode, [...flags, ...words], options)
}
