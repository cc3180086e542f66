import { Command } from 'commander'
import { statsRebuildCommand } from './stats-rebuild.command.ts'
import { statsVerifyCommand } from './stats-verify.command.ts'

/** Works on the configured database, whether or not a service is running. */
export function statsCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('stats')
    .description('verify and rebuild the totals of the records')
    .addCommand(statsVerifyCommand(env))
    .addCommand(statsRebuildCommand(env))
}
