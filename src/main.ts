import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'

enableCompileCache()
if (existsSync('.env')) process.loadEnvFile('.env')
const { createProgram } = await import('./cli/program.ts')
await createProgram(process.env).parseAsync()
