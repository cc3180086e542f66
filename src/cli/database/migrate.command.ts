import { Command } from 'commander'
import type { Config } from '../../config/config.ts'
import { readConfig } from '../../config/read-config.ts'
import { openDatabase } from '../../server/open-storage.ts'
import { openMigrated } from '../../storage/open-migrated.ts'
import { explain } from '../explain.ts'

export function migrateCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('migrate')
    .description('migrate the database to this version and list the steps applied; `serve` does this by itself')
    .addHelpText(
      'after',
      '\nA database file is not migrated while a service uses it. Exit codes: 0 up to date, 1 failure, 2 invalid usage.',
    )
    .action(async () => {
      try {
        const { database } = readConfig(env)
        const { storage, steps } = await openMigrated(database, () => openDatabase(database))
        await storage.close()
        process.stdout.write(report(steps, database))
      } catch (error) {
        process.stderr.write(`${explain(error)}\n`)
        process.exitCode = 1
      }
    })
}

function report(steps: string[], database: Config['database']): string {
  const place = database.kind === 'sqlite' ? database.path : 'PostgreSQL'
  if (steps.length === 0) return `${place}: already up to date\n`
  return `${steps.map((step) => `  ${step}\n`).join('')}${place}: migrated, steps: ${steps.length}\n`
}
