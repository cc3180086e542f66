import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface InstalledCopy {
  folder: string
  /** A substitute for npm that prints that it was called, and fails. */
  npm: string
  remove(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')

/** A substitute for the build of the web app. */
const webBuild = `import { mkdirSync, writeFileSync } from 'node:fs'
const [folder] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
writeFileSync(folder + '/index.html', '<!DOCTYPE html>')
writeFileSync(folder + '/screen-scripts.json', '{}')
`

/** Makes a checkout in the state after `npm ci --omit=dev`, but without dist/. Packages are symbolic links. */
export async function makeInstalledCopy(): Promise<InstalledCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-installed-'))
  for (const part of ['src', 'scripts', 'package.json', 'package-lock.json']) {
    await cp(join(root, part), join(folder, part), { recursive: true })
  }
  await cp(join(root, 'web'), join(folder, 'web'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  })
  await symlink(join(root, 'web/node_modules'), join(folder, 'web/node_modules'))
  // Building the web app would take longer than the tests of these copies.
  await writeFile(join(folder, 'web/build.mjs'), webBuild)
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  for (const [path, { dev }] of Object.entries(packages)) {
    const isNested = path.lastIndexOf('node_modules/') !== 0
    if (isNested || dev || !existsSync(join(root, path))) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await symlink(join(root, path), join(folder, path))
  }
  const npm = join(folder, 'npm.mjs')
  await writeFile(npm, "console.error('npm was called'); process.exit(1)\n")
  return { folder, npm, remove: () => rm(folder, { recursive: true, force: true }) }
}
