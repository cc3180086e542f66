// `npm test` on any Node.js from 20 on: installs and builds where that is needed, then runs test/run.ts under the project's own Node.js.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, ownNode, root } from './install.mjs'

ensureInstalled({ dev: true })
const { status } = spawnSync(ownNode, [join(root, 'test', 'run.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
