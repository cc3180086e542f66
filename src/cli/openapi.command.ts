import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { pino } from 'pino'
import { buildApp } from '../app.ts'
import { readConfig } from '../config/read-config.ts'
import { deriveKeys } from '../keys.ts'
import { systemClock } from '../shared/clock.ts'
import { openSqlite } from '../storage/sqlite/sqlite.ts'
import { explain } from './explain.ts'

export function openapiCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('openapi')
    .description('print the OpenAPI 3.1 document of the API, the same as /openapi.json')
    .option('--output <file>', 'write to this file instead')
    .addHelpText('after', '\nNeeds no server or database. Exit codes: 0 success, 1 failure, 2 invalid usage.')
    .action(async ({ output }: { output?: string }) => {
      try {
        const text = `${JSON.stringify(await openapiDocument(env), null, 2)}\n`
        if (output === undefined) process.stdout.write(text)
        else await writeFile(output, text)
      } catch (error) {
        process.stderr.write(`${explain(error)}\n`)
        process.exitCode = 1
      }
    })
}

/** Builds the app as for serving, but with an in-memory database, and never listens. */
async function openapiDocument(env: NodeJS.ProcessEnv): Promise<object> {
  const config = readConfig(env)
  const storage = openSqlite(':memory:')
  const app = await buildApp({
    config,
    storage,
    clock: systemClock,
    keys: deriveKeys('no token is ever made of this'),
    verifier: { verify: never, close: async () => undefined },
    cas:
      config.school === 'cas' ? { begin: never, finish: never, look: never, close: async () => undefined } : undefined,
    logger: pino({ level: 'silent' }),
  })
  try {
    await app.ready()
    return app.apiDocument(config.publicUrl ?? `http://127.0.0.1:${config.port}`)
  } finally {
    await app.close()
    await storage.close()
  }
}

function never(): never {
  throw new Error('a document asks no school')
}
