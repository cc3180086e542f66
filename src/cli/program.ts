import { Command } from 'commander'
import { version } from '../version.ts'
import { migrateCommand } from './migrate.command.ts'
import { schoolServeCommand } from './school-serve.command.ts'
import { seedCommand } from './seed.command.ts'
import { serveCommand } from './serve.command.ts'

export function createProgram(env: NodeJS.ProcessEnv): Command {
  const school = new Command('school').description('the school that proves students').addCommand(schoolServeCommand())
  return new Command('occupy')
    .description('占领图书馆 · Occupy the Library: study time for campuses')
    .version(version)
    .addCommand(serveCommand(env))
    .addCommand(migrateCommand(env))
    .addCommand(seedCommand(env))
    .addCommand(school)
}
