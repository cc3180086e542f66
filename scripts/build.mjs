// `npm run build`, also run at the end of `npm ci`: bundles src/main.ts with its packages, the script of the page at /docs, and the
// web app, into dist/.
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { missingPackages, root } from './install.mjs'
import { buildWeb } from './web.mjs'

const dist = join(root, 'dist')
const stamp = 'build-hash'

export const builtMain = join(dist, 'main.js')

/** Whether dist/ was built from the current sources and lockfile. */
export function isBuilt() {
  try {
    return readFileSync(join(dist, stamp), 'utf8') === hashOfInputs()
  } catch {
    return false
  }
}

/** Replaces dist/ completely. @throws Error if the installed packages differ from package-lock.json */
export async function build() {
  const [missing] = missingPackages()
  if (missing !== undefined) throw new Error(`${missing} is not installed, run npm ci first`)
  const hash = hashOfInputs()
  const folder = mkdtempSync(join(root, '.dist-'))
  // The service may run as a different user than the build.
  chmodSync(folder, 0o755)
  try {
    await bundleInto(folder)
    writeFileSync(join(folder, stamp), hash)
    replaceDist(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function bundleInto(outdir) {
  await Promise.all([bundleSources(outdir), packReference(outdir), buildWeb(join(outdir, 'web'))])
}

async function bundleSources(outdir) {
  const { build: bundle } = await import('esbuild')
  await bundle({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'warning',
    // CommonJS packages call `require` for Node's built-in modules. No source may declare the imported name.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
  })
}

/** Writes Scalar's script for the page at /docs, as its plugin serves it. It is compressed here, once. */
async function packReference(folder) {
  const [{ default: Fastify }, { default: reference }] = await Promise.all([
    import('fastify'),
    import('@scalar/fastify-api-reference'),
  ])
  const app = Fastify()
  await app.register(reference, { routePrefix: '/', configuration: { url: '/' } })
  const { statusCode, rawPayload } = await app.inject('/js/scalar.js')
  if (statusCode !== 200) throw new Error('@scalar/fastify-api-reference serves no program')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'reference.js.gz'), gzipSync(rawPayload, { level: 9 }))
}

/** Another build may run at the same time. Either result is correct. */
function replaceDist(folder) {
  const old = `${folder}-old`
  try {
    renameSync(dist, old)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  try {
    renameSync(folder, dist)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error
  }
  rmSync(old, { recursive: true, force: true })
}

function hashOfInputs() {
  const sources = filesBelow('src').filter((path) => /\.(ts|json)$/.test(path) && !path.endsWith('.test.ts'))
  const web = [...filesBelow('web/src'), ...filesBelow('web/public')].filter((path) => !path.endsWith('.d.ts'))
  const settings = ['package.json', 'package-lock.json', 'scripts/build.mjs', 'scripts/web.mjs']
  const webSettings = ['package-lock.json', 'build.mjs', 'vite.config.ts', 'index.html'].map((name) => `web/${name}`)
  const inputs = [...sources.sort(), ...web.sort(), ...settings, ...webSettings]
  const hash = createHash('sha256')
  for (const path of inputs)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build().catch((error) => {
    console.error(`构建失败 · the build failed: ${error.message}`)
    process.exitCode = 1
  })
}
