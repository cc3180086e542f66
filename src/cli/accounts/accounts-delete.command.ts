import { Command } from 'commander'
import type { Account } from '../../accounts/account.ts'
import { removeAccount } from '../../accounts/account-removal.service.ts'
import { createTerminalPrompt } from '../terminal-prompt.ts'
import {
  type AccountStreams,
  accountNamed,
  exitCodeHelp,
  exitCodes,
  type NamingOptions,
  namingOneAccount,
  processStreams,
  Refusal,
  withAccounts,
} from './accounts-access.ts'
import { accountName } from './accounts-text.ts'

interface DeleteOptions extends NamingOptions {
  yes?: true
  json?: true
}

export function accountsDeleteCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return namingOneAccount(new Command('delete'))
    .description('delete an account and all its study records permanently')
    .option('--yes', 'skip the confirmation')
    .option('--json', 'print the deleted account as a JSON object')
    .addHelpText('after', exitCodeHelp)
    .action((who: string, options: DeleteOptions) =>
      withAccounts(env, streams, async (access) => {
        const account = await accountNamed(access, who, options)
        if (!options.yes) await confirm(account, streams)
        const records = await removeAccount(access.storage, account.id, access.derived.removeData)
        const { id, username } = account
        streams.output.write(
          options.json
            ? `${JSON.stringify({ id, username, records })}\n`
            : `已删除 · removed ${accountName(account)} with ${records} records\n`,
        )
      }),
    )
}

/** @throws Refusal */
async function confirm(account: Account, { input, errors }: AccountStreams): Promise<void> {
  if (!input.isTTY)
    throw new Refusal('未确认 · not a terminal: use --yes to delete without confirmation', exitCodes.wrongUsage)
  const prompt = createTerminalPrompt(input, errors)
  try {
    const question = `删除后无法恢复 · Delete ${accountName(account)} and ${account.studyCount} records permanently? [y/N] `
    const answer = await prompt.ask(question)
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new Refusal('未删除 · nothing was deleted')
  } finally {
    prompt.close()
  }
}
