// Builds the app into the folder that is named, and compresses it: node build.mjs FOLDER PREVIOUS
// The assets of the build in PREVIOUS are taken along, for pages that are still open from it.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'
import { screenPaths } from './src/screen-paths.ts'

const [folder, previous] = process.argv.slice(2)
const ownAssets = 'own-assets.json'

const { output } = await build({
  root: import.meta.dirname,
  logLevel: 'warn',
  build: { outDir: folder, emptyOutDir: true },
})
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/'),
  )
  .sort()
writeServiceWorker()
await Promise.all([...files, 'sw.js'].filter((name) => /\.(?:html|js|css|svg|webmanifest)$/.test(name)).map(compress))
keepPreviousAssets()
writeScreenScripts()

/** The worker keeps these files for the time without a network. Its text changes whenever one of them does. */
function writeServiceWorker() {
  const hash = createHash('sha256')
  for (const name of files) hash.update(`${name}\0`).update(readFileSync(join(folder, name)))
  const worker = readFileSync(join(import.meta.dirname, 'service-worker.js'), 'utf8')
    .replace("'VERSION'", JSON.stringify(hash.digest('hex').slice(0, 16)))
    .replace("['SHELL']", JSON.stringify(files.map((name) => `/${name}`)))
  writeFileSync(join(folder, 'sw.js'), worker)
}

async function compress(name) {
  const content = readFileSync(join(folder, name))
  const [packed, small] = await Promise.all([
    promisify(gzip)(content, { level: 9 }),
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  ])
  writeFileSync(join(folder, `${name}.gz`), packed)
  writeFileSync(join(folder, `${name}.br`), small)
}

/** Of one build back; a build of the same sources keeps what its predecessor kept. */
function keepPreviousAssets() {
  const own = readdirSync(join(folder, 'assets')).sort()
  writeFileSync(join(folder, ownAssets), JSON.stringify(own))
  if (!previous || !existsSync(join(previous, ownAssets))) return
  const theirs = JSON.parse(readFileSync(join(previous, ownAssets), 'utf8'))
  const isSame = JSON.stringify(theirs) === JSON.stringify(own)
  const kept = isSame ? readdirSync(join(previous, 'assets')) : theirs
  mkdirSync(join(folder, 'assets'), { recursive: true })
  for (const name of kept) {
    const from = join(previous, 'assets', name)
    if (!own.includes(name) && existsSync(from)) copyFileSync(from, join(folder, 'assets', name))
  }
}

/** By the path of a screen, the scripts that index.html does not name and that it needs before it can show anything. */
function writeScreenScripts() {
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]))
  const [first] = [...chunks.values()].filter(({ isEntry }) => isEntry)
  const scripts = Object.entries(screenPaths).map(([name, path]) => {
    const screen = [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${name}.vue`))
    if (!screen) throw new Error(`web/src/screens/${name}.vue has no file of its own`)
    const needed = [screen.fileName, ...screen.imports].filter((file) => file !== first.fileName)
    return [path, needed.map((file) => `/${file}`)]
  })
  writeFileSync(join(folder, 'screen-scripts.json'), JSON.stringify(Object.fromEntries(scripts)))
}
