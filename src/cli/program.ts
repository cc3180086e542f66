import { Command } from 'commander'
import { version } from '../version.ts'

const usageExitCode = 2

const footnote = `
Settings come from the environment and from .env: see README.md and .env.example.
Exit codes: 0 success, 1 failure, 2 invalid usage; commands with other codes list them in their help.`

type Environment = NodeJS.ProcessEnv

/** In the order of the help text. Loaded on demand: reading a captcha needs no web server. */
const commands: Record<string, (env: Environment) => Promise<Command>> = {
  serve: async (env) => (await import('./serve.command.ts')).serveCommand(env),
  migrate: async (env) => (await import('./database/migrate.command.ts')).migrateCommand(env),
  'migrate-data': async () => (await import('./database/migrate-data.command.ts')).migrateDataCommand(),
  backup: async (env) => (await import('./database/backup.command.ts')).backupCommand(env),
  restore: async (env) => (await import('./database/restore.command.ts')).restoreCommand(env),
  accounts: async (env) => (await import('./accounts/accounts.command.ts')).accountsCommand(env),
  tokens: async (env) => (await import('./tokens.command.ts')).tokensCommand(env),
  stats: async (env) => (await import('./stats/stats.command.ts')).statsCommand(env),
  openapi: async (env) => (await import('./openapi.command.ts')).openapiCommand(env),
  seed: async (env) => (await import('./seed.command.ts')).seedCommand(env),
  captcha: async () => (await import('./captcha/captcha.command.ts')).captchaCommand(),
  school: async (env) => {
    const { schoolServeCommand } = await import('./school/school-serve.command.ts')
    const { schoolCheckCommand } = await import('./school/school-check.command.ts')
    const { configuredSchool } = await import('./school/school-access.ts')
    return new Command('school')
      .description('commands for the school that verifies students')
      .addCommand(schoolServeCommand())
      .addCommand(schoolCheckCommand(() => configuredSchool(env)))
  },
}

/** @param first the first argument of the command line. If it names a command, only that command is loaded */
export async function createProgram(env: Environment, first?: string): Promise<Command> {
  const program = new Command('occupy')
    .description('占领图书馆 · Occupy the Library: study time for campuses')
    .version(version, '-v, --version')
    .addHelpText('after', footnote)
  const named = first === undefined ? undefined : commands[first]
  for (const load of named ? [named] : Object.values(commands)) program.addCommand(await load(env))
  return refusingWrongUsage(program, 'occupy')
}

/** commander would exit with 1, which scripts could not distinguish from a failure. */
function refusingWrongUsage(command: Command, path: string): Command {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageExitCode))
  command.showHelpAfterError(`帮助 · see: ${path} --help`)
  for (const part of command.commands) refusingWrongUsage(part, `${path} ${part.name()}`)
  return command
}
