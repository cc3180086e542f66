import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
/** The project's Node.js, from the npm package `node`. */
export const ownNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/**
 * Runs `npm ci` if a required package is missing or its version differs from package-lock.json. Additional packages in
 * node_modules do not matter. Ends the process if the installation fails.
 * @param {{ dev?: boolean }} options whether development packages are required too
 */
export function ensureInstalled({ dev = false } = {}) {
  const [name] = missingPackages({ dev })
  if (name === undefined) return
  if (!isWritable(root))
    fail(`缺少依赖 ${name}，当前用户无权安装 · ${name} is not installed, and this user may not write to ${root}`)
  console.error(`缺少依赖 ${name}，正在安装 · ${name} is not installed: running npm ci …`)
  const { command, args, shell } = npmCommand()
  const { status } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell,
  })
  if (status !== 0) fail('npm ci 失败，原因见上 · npm ci failed: see its message above')
}

/** How npm is called: the one that runs this script, if one does. */
export function npmCommand() {
  const npm = process.env.npm_execpath
  return npm
    ? { command: process.execPath, args: [npm], shell: false }
    : { command: 'npm', args: [], shell: process.platform === 'win32' }
}

/**
 * The packages of package-lock.json that are missing from node_modules or have a different version there, as `name@version`.
 * Optional packages, such as those for other platforms, may be missing.
 * @param {{ dev?: boolean, folder?: string }} options whether to check development packages too, and the lockfile's folder
 */
export function missingPackages({ dev = false, folder = root } = {}) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  const missing = Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.optional && !entry.devOptional && (dev || !entry.dev))
    .filter(([path, { version }]) => installedVersion(folder, path) !== version)
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`)
  return existsSync(ownNode) ? missing : ['node', ...missing]
}

function installedVersion(folder, path) {
  try {
    return JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}

export function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
