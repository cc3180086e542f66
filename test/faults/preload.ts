import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The reason to skip a test that needs a library for LD_PRELOAD, or false if it can be built. */
export const withoutPreload: string | false =
  process.platform !== 'linux'
    ? 'LD_PRELOAD and /proc are those of Linux'
    : spawnSync('cc', ['--version']).status !== 0 && 'no C compiler: install cc (Debian: gcc, libc6-dev)'

/** Compiles `name`.c of this folder into `folder`. Resolves to the library's path. */
export async function buildPreload(name: 'file-opens' | 'power-cut', folder: string): Promise<string> {
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url))
  const library = join(folder, `${name}.so`)
  await promisify(execFile)('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', library, source, '-ldl'])
  return library
}
