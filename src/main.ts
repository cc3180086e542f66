import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Where `npm ci` has filled it, unless NODE_COMPILE_CACHE says otherwise.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'node'))
if (existsSync('.env')) process.loadEnvFile('.env')
const { createProgram } = await import('./cli/program.ts')
const words = process.argv.slice(2)
const program = await createProgram(process.env, words[0])
if (words[0] === 'serve') await (await import('./translated.ts')).beginTranslated(process.env)
await program.parseAsync(words.length > 0 ? words : ['--help'], { from: 'user' })
