import { explain } from './cli/explain.ts'
import { createProgram } from './cli/program.ts'
import { loadDotEnv } from './config/dot-env.ts'

try {
  loadDotEnv('.env', process.env)
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}
const args = process.argv.slice(2)
const program = await createProgram(process.env, args[0])
await program.parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' })
