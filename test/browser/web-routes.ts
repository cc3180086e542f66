import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { screenPaths } from '../../web/src/screen-paths.ts'

interface Route {
  path: string
  /** Whether it can be opened without signing in. */
  isOpen: boolean
}

const text = readFileSync(join(import.meta.dirname, '../../web/src/router.ts'), 'utf8')
const named: Readonly<Record<string, string>> = screenPaths

/** In the router's order. */
export const routes: readonly Route[] = [
  ...text.matchAll(/\bpath: (?:'([^']+)'|screenPaths\.(\w+)),[^}]*?meta: \{([^}]*)\}/g),
].map(([, path, name = '', meta = '']) => ({
  path: path ?? named[name] ?? name,
  isOpen: meta.includes('isOpen: true'),
}))
