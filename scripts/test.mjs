// `npm test` on any Node from 20 on: installs when needed, starts a PostgreSQL of its own, runs every test under the
// project's Node, those that touch storage on both databases, and ends with one plain line of passed and failed.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, ownNode } from './install.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
install()
const { status } = spawnSync(ownNode, [join(root, 'test', 'run.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
