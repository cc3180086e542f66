import { Command } from 'commander'
import { accountsDeleteCommand } from './accounts-delete.command.ts'
import { accountsListCommand } from './accounts-list.command.ts'
import { accountsResetPasswordCommand } from './accounts-reset-password.command.ts'
import { accountsShowCommand } from './accounts-show.command.ts'

/** Works on the configured database. A running service sees every change at once. */
export function accountsCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('accounts')
    .description('list, show and delete accounts, and reset their passwords')
    .addCommand(accountsListCommand(env))
    .addCommand(accountsShowCommand(env))
    .addCommand(accountsResetPasswordCommand(env))
    .addCommand(accountsDeleteCommand(env))
}
