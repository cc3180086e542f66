// Builds the web app of web/ into a folder. Its tools are a separate package, because they need TypeScript 6.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { missingPackages, npmCommand, ownNode, root } from './install.mjs'

const web = join(root, 'web')

/** Installs missing tools, except those that only checks need. */
export async function buildWeb(folder) {
  if (missingPackages({ folder: web }).length > 0) await installWeb(['--omit=dev'])
  // The tools need a newer Node.js than the one that may run this file.
  const previous = process.env.PREVIOUS_DIST ?? join(root, 'dist')
  await run(ownNode, ['build.mjs', folder, join(previous, 'web')])
}

/** Also installs what checks need. */
export async function ensureWebTools() {
  if (missingPackages({ folder: web, dev: true }).length > 0) await installWeb([])
}

async function installWeb(options) {
  const { command, args, shell } = npmCommand()
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...options]
  await run(command, [...args, ...words], { shell, env: environmentOfNpm() })
}

/** `npm ci` of the root passes its options, such as `omit`, in the environment. */
function environmentOfNpm() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(?:omit|include|local_prefix|prefix)$/i.test(name)),
  )
}

export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: web, stdio: ['ignore', 2, 2], ...options })
    child.on('error', reject)
    child.on('exit', (code) =>
      code === 0 ? resolve(undefined) : reject(new Error(`${command} ${args.join(' ')} failed in web/`)),
    )
  })
}
