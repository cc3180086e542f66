// `npm run web:check`: generates the types of the API from the service's own document, then checks the types of the web app.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownNode, root } from './install.mjs'
import { ensureWebTools } from './web.mjs'

const web = join(root, 'web')

await ensureWebTools()
const document = run(['src/main.ts', 'openapi'], { cwd: root })
const types = run([join(web, 'node_modules/openapi-typescript/bin/cli.js')], { cwd: web, input: document })
writeFileSync(join(web, 'src/api/schema.d.ts'), types)
run([join(web, 'node_modules/vue-tsc/bin/vue-tsc.js'), '--noEmit'], { cwd: web, stdio: 'inherit' })

function run(args, options) {
  const { status, stdout } = spawnSync(ownNode, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 2],
    ...options,
  })
  if (status !== 0) process.exit(status ?? 1)
  return stdout
}
