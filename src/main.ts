import { explain } from './cli/explain.ts'
import { createProgram } from './cli/program.ts'
import { loadDotEnv } from './config/dot-env.ts'

for (const stream of [process.stdout, process.stderr]) stream.on('error', endUnlessBrokenPipe)
try {
  loadDotEnv('.env', process.env)
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}
const args = process.argv.slice(2)
const program = await createProgram(process.env, args[0])
await program.parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' })

/** A reader that closes the pipe early (`occupy openapi | head -1`) needs no more output: the command ends as usual. */
function endUnlessBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return
  process.stderr.write(`输出失败 · cannot write the output: ${error.message}\n`)
  process.exit(1)
}
