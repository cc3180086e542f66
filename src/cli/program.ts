import { Command } from 'commander'
import { version } from '../version.ts'
import { accountsCommand } from './accounts.command.ts'
import { captchaCommand } from './captcha.command.ts'
import { migrateCommand } from './migrate.command.ts'
import { openapiCommand } from './openapi.command.ts'
import { schoolServeCommand } from './school-serve.command.ts'
import { seedCommand } from './seed.command.ts'
import { serveCommand } from './serve.command.ts'

const wrongUsage = 2

const footnote = `
Settings come from the environment and from .env: see README.md and .env.example.
Exit codes: 0 done, 1 failed, 2 wrong usage; commands with others name them in their help.`

export function createProgram(env: NodeJS.ProcessEnv): Command {
  const school = new Command('school').description('the school that proves students').addCommand(schoolServeCommand())
  const program = new Command('occupy')
    .description('占领图书馆 · Occupy the Library: study time for campuses')
    .version(version, '-v, --version')
    .addCommand(serveCommand(env))
    .addCommand(migrateCommand(env))
    .addCommand(accountsCommand(env))
    .addCommand(openapiCommand(env))
    .addCommand(seedCommand(env))
    .addCommand(captchaCommand())
    .addCommand(school)
    .addHelpText('after', footnote)
  return refusingWrongUsage(program, 'occupy')
}

/** commander would exit with 1, which scripts could not tell from a failure. */
function refusingWrongUsage(command: Command, path: string): Command {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : wrongUsage))
  command.showHelpAfterError(`帮助 · see: ${path} --help`)
  for (const part of command.commands) refusingWrongUsage(part, `${path} ${part.name()}`)
  return command
}
