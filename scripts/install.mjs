import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
/** The project's own Node, which npm's package `node` brings. */
export const ownNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const stamp = join(root, 'node_modules', '.installed-lockfile')

/** Installs what the lockfile says, where that has changed since. Ends the process when it cannot. */
export function install() {
  const wanted = readFileSync(join(root, 'package-lock.json'), 'utf8')
  if (existsSync(ownNode)) {
    if (isInstalled(wanted)) return
    if (npmHasJustRun()) return remember(wanted)
  }
  console.error('正在安装依赖 · installing what package-lock.json says …')
  const npm = process.env.npm_execpath
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm']
  const result = spawnSync(command, [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  })
  if (result.status !== 0) {
    console.error('安装失败，请检查网络后重试 · the installation failed: check the network and try again')
    process.exit(1)
  }
  remember(wanted)
}

/** So that the next start has less to compare. Another user's folder may be closed to this one. */
function remember(wanted) {
  try {
    writeFileSync(stamp, wanted)
  } catch {}
}

function isInstalled(wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
}

/** After somebody's own `npm ci`: what npm wrote down about the folder is what the lockfile says. */
function npmHasJustRun() {
  const written = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(written)) return false
  const { packages: installed } = JSON.parse(readFileSync(written, 'utf8'))
  const { packages: wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional === true),
  )
}
