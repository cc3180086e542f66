// `npm run client`: generates a typed client and a Postman collection from the OpenAPI document, in client/package.
// The first run installs the tools in client/. The service never installs them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureInstalled, ownNode, root } from './install.mjs'

const { values } = parseArgs({ options: { output: { type: 'string', default: join(root, 'client', 'package') } } })
const tools = join(root, 'client')

ensureInstalled()
if (!toolsAreInstalled()) {
  const npm = process.env.npm_execpath
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm']
  run(command, [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: tools,
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  })
}
const document = run(ownNode, ['src/main.ts', 'openapi'], { cwd: root, stdio: ['ignore', 'pipe', 2] })
run(ownNode, ['--disable-warning=ExperimentalWarning', 'generate.mjs', values.output], {
  cwd: tools,
  input: document,
  stdio: ['pipe', 1, 2],
})
console.error(`已生成客户端和 Postman 集合 · made the client and the Postman collection: ${values.output}`)

/** npm records what it has installed in node_modules/.package-lock.json. */
function toolsAreInstalled() {
  const packages = (file) => JSON.parse(readFileSync(join(tools, file), 'utf8')).packages
  try {
    const { '': _, ...wanted } = packages('package-lock.json')
    const installed = packages('node_modules/.package-lock.json')
    return Object.entries(wanted).every(([path, { version }]) => installed[path]?.version === version)
  } catch {
    return false
  }
}

function run(command, args, options) {
  const { status, error, stdout } = spawnSync(command, args, { maxBuffer: 64 * 1024 * 1024, ...options })
  if (status !== 0) {
    console.error(`失败 · failed: ${[command, ...args].join(' ')}${error ? ` (${error.message})` : ''}`)
    process.exit(1)
  }
  return stdout
}
