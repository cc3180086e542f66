// After `npm ci`: bundles packages of many files, and translates the service's TypeScript once for all starts. Without it a start takes longer.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundlePackages } from './bundle.mjs'
import { ownNode, root } from './install.mjs'
import { environment, flags } from './tuning.mjs'

await bundlePackages().catch((error) => console.error(`not bundled: ${error.message}`))
const of = (file) => `(await import('${pathToFileURL(join(root, 'src', file))}'))`
const everything = `${of('bundled-packages.ts')}.loadBundledPackages(); await ${of('translated.ts')}.translateAll()`
run(['--input-type=module', '--eval', everything])
run([join(root, 'src', 'main.ts'), '--version'])

/** By the same flags as the service: V8 keeps no code for others. */
function run(words) {
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...environment } }
  spawnSync(ownNode, [...flags, ...words], options)
}
