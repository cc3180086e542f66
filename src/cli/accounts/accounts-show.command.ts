import { Command } from 'commander'
import {
  accountNamed,
  exitCodeHelp,
  type NamingOptions,
  namingOneAccount,
  processStreams,
  withAccounts,
} from './accounts-access.ts'
import { accountJson, accountLines } from './accounts-text.ts'

export function accountsShowCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return namingOneAccount(new Command('show'))
    .description('show one account')
    .option('--json', 'as a JSON object')
    .addHelpText('after', exitCodeHelp)
    .action((who: string, options: NamingOptions & { json?: true }) =>
      withAccounts(env, streams, async (access) => {
        const account = await accountNamed(access, who, options)
        streams.output.write(options.json ? `${JSON.stringify(accountJson(account))}\n` : accountLines(account))
      }),
    )
}
