import { Command } from 'commander'
import type { Config } from '../../config/config.ts'
import { readConfig } from '../../config/read-config.ts'
import { openDatabase } from '../../server/open-storage.ts'
import { openMigrated } from '../../storage/open-migrated.ts'
import { explain } from '../explain.ts'

export function migrateCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('migrate')
    .description('bring the database up to this version, and say which steps that took; `serve` does so by itself')
    .addHelpText(
      'after',
      '\nA database file is not migrated while a service has it open. Exit codes: 0 up to date now, 1 failed, 2 wrong usage.',
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
  return `${steps.map((step) => `  ${step}\n`).join('')}${place}: brought up to date, steps: ${steps.length}\n`
}
