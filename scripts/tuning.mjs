import { join } from 'node:path'
import { root } from './install.mjs'

/** For Node: young garbage is collected in small portions, and the heap grows little beyond what lives, for a campus' server is small. */
export const flags = ['--max-semi-space-size=4', '--heap-growing-percent=30']

/** For Node's environment, where nobody has set it. */
export const environment = {
  // Each hash of a password takes 19 MiB, which glibc would otherwise keep for every thread that ever hashed.
  MALLOC_MMAP_THRESHOLD_: '1048576',
  // Else every thread of V8's and libuv's has a heap of its own for what is not JavaScript: 7 MiB more after a load.
  MALLOC_ARENA_MAX: '2',
  // From the very first file on: what is compiled once need not be read as TypeScript again.
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
}
