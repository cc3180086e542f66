import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

/** Packages of hundreds of small files, and the names that they are imported by. */
const packages = { kysely: ['kysely', 'kysely/migration'] }

/** Each in one file that is read in a tenth of the time; `src/bundled-packages.ts` finds it there. Without it the package's own files serve. */
export async function bundlePackages() {
  const { build } = await import('esbuild')
  for (const [name, specifiers] of Object.entries(packages)) {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
    await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(specifiers.map((specifier) => [specifier, specifier])),
      outdir: join(root, 'node_modules', '.cache', 'bundles', `${name}-${version}`),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node26',
      legalComments: 'none',
      logLevel: 'warning',
    })
  }
}
