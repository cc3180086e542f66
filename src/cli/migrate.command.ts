import { Command } from 'commander'
import { readConfig } from '../config.ts'
import { openDatabase } from '../service/open-storage.ts'
import { migrate } from '../storage/migrate.ts'
import { explain } from './explain.ts'

export function migrateCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('migrate').description('bring the database up to this version').action(async () => {
    try {
      const storage = openDatabase(readConfig(env).database)
      try {
        const steps = await migrate(storage)
        process.stdout.write(steps.length > 0 ? steps.map((step) => `${step}\n`).join('') : 'up to date\n')
      } finally {
        await storage.close()
      }
    } catch (error) {
      process.stderr.write(`${explain(error)}\n`)
      process.exitCode = 1
    }
  })
}
