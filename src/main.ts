import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'

enableCompileCache()
if (existsSync('.env')) process.loadEnvFile('.env')
const { createProgram } = await import('./cli/program.ts')
const words = process.argv.slice(2)
const program = await createProgram(process.env, words[0])
await program.parseAsync(words.length > 0 ? words : ['--help'], { from: 'user' })
