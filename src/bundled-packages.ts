import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const modules = join(import.meta.dirname, '..', 'node_modules')

/** As in `scripts/bundle.mjs`. */
const packages = { kysely: ['kysely', 'kysely/migration'] }

/**
 * From here on, packages of hundreds of files are loaded from the few files that `npm ci` has made of each: a quarter off a start. What was
 * not made, or of another version, is loaded as it lies there.
 */
export function loadBundledPackages(bundles = join(modules, '.cache', 'bundles')): void {
  const find = ([name, specifiers]: [string, string[]]) => findBundled(bundles, name, specifiers)
  const bundled = new Map(Object.entries(packages).flatMap(find))
  if (bundled.size === 0) return
  registerHooks({
    resolve(specifier, context, next) {
      const url = bundled.get(specifier)
      return url === undefined ? next(specifier, context) : { url, format: 'module', shortCircuit: true }
    },
  })
}

function findBundled(bundles: string, name: string, specifiers: string[]): [string, string][] {
  const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))
  const files = specifiers.map((specifier) => join(bundles, `${name}-${version}`, `${specifier}.mjs`))
  // All or none: two copies of one package would not know each other's objects.
  if (!files.every((file) => existsSync(file))) return []
  return specifiers.map((specifier, index) => [specifier, pathToFileURL(files[index] as string).href])
}
