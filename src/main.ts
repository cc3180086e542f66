import { existsSync } from 'node:fs'
import { createProgram } from './cli/program.ts'

if (existsSync('.env')) process.loadEnvFile('.env')
const args = process.argv.slice(2)
const program = await createProgram(process.env, args[0])
await program.parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' })
