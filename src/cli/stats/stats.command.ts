import { Command } from 'commander'
import { statsRebuildCommand } from './stats-rebuild.command.ts'
import { statsVerifyCommand } from './stats-verify.command.ts'

/** Works on the configured database, beside a running service or without one. */
export function statsCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('stats')
    .description('check and repair what the records add up to')
    .addCommand(statsVerifyCommand(env))
    .addCommand(statsRebuildCommand(env))
}
