import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Where `npm ci` has filled it, unless NODE_COMPILE_CACHE says otherwise.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'node'))
const { loadBundledPackages } = await import('./bundled-packages.ts')
loadBundledPackages()
if (existsSync('.env')) process.loadEnvFile('.env')
const words = process.argv.slice(2)
if (words.length === 1 && words[0] === 'serve') {
  // Every start: there is nothing to parse, and nothing of a parser to load.
  const { serveUntilSignal } = await import('./cli/serve.ts')
  await (await import('./translated.ts')).beginTranslated(process.env)
  await serveUntilSignal(process.env)
} else {
  const { createProgram } = await import('./cli/program.ts')
  const program = await createProgram(process.env, words[0])
  await program.parseAsync(words.length > 0 ? words : ['--help'], { from: 'user' })
}
