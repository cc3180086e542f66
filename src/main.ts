import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Where `npm ci` has filled it, unless NODE_COMPILE_CACHE says otherwise.
const cache = join(import.meta.dirname, '..', 'node_modules', '.cache', 'node')
const words = process.argv.slice(2)
const isPlainStart = words.length === 1 && words[0] === 'serve'
if (isPlainStart) (await import('./translated.ts')).beginCached(cache, process.env)
enableCompileCache(cache)
for (const stream of [process.stdout, process.stderr]) stream.on('error', endUnlessBrokenPipe)
const { loadBundledPackages } = await import('./bundled-packages.ts')
loadBundledPackages()
const { loadDotEnv } = await import('./dot-env.ts')
try {
  loadDotEnv('.env', process.env)
} catch (error) {
  const { explain } = await import('./cli/explain.ts')
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}
if (isPlainStart) {
  // There is nothing to parse, and nothing of a parser to load.
  const { serveUntilSignal } = await import('./cli/serve.ts')
  await (await import('./translated.ts')).beginTranslated(process.env)
  await serveUntilSignal(process.env)
} else {
  const { createProgram } = await import('./cli/program.ts')
  const program = await createProgram(process.env, words[0])
  await program.parseAsync(words.length > 0 ? words : ['--help'], { from: 'user' })
}

/** A reader that goes away (`occupy openapi | head -1`) has seen enough: the command ends as it would have. */
function endUnlessBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return
  process.stderr.write(`输出失败 · cannot write the output: ${error.message}\n`)
  process.exit(1)
}
