import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundleInto } from '../../scripts/build.mjs'

export interface BuiltCopy {
  folder: string
  /** The Node.js in the copy. */
  node: string
  main: string
  remove(): Promise<void>
}

const modules = join(import.meta.dirname, '..', '..', 'node_modules')

/** Makes a folder with only what a service needs to run: the bundle, Node.js, and the files that cannot be bundled. */
export async function makeBuiltCopy(): Promise<BuiltCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-built-'))
  const copied = join(folder, 'node_modules')
  const { TEST_MAIN } = process.env
  // `npm test` has built it already.
  if (TEST_MAIN === undefined) await bundleInto(join(folder, 'dist'))
  else await cp(dirname(TEST_MAIN), join(folder, 'dist'), { recursive: true })
  await cp(join(modules, '../package.json'), join(folder, 'package.json'))
  const node = join(copied, 'node/bin/node')
  await mkdir(join(copied, 'node/bin'), { recursive: true })
  await cp(await realpath(join(modules, 'node/bin/node')), node)
  return {
    folder,
    node,
    main: join(folder, 'dist', 'main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
