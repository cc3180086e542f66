// The door for any Node from 20 on: installs what the lockfile says when that has changed, then hands over to the project's own Node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.installed-lockfile')
const ownNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const main = join(root, 'src', 'main.ts')

install()
await run(process.argv.slice(2))

function install() {
  const wanted = readFileSync(join(root, 'package-lock.json'), 'utf8')
  if (existsSync(ownNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
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
  writeFileSync(stamp, wanted)
}

/** In this very process where it is the project's own Node already; otherwise in a child that gets every signal. */
async function run(words) {
  if (process.versions.node === nodeVersion()) {
    process.argv.splice(1, process.argv.length, main, ...words)
    await import(pathToFileURL(main).href)
    return
  }
  const child = spawn(ownNode, [main, ...words], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1)
  })
}

function nodeVersion() {
  return JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8')).version
}
