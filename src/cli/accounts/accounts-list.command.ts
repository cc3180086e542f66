import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import type { Account } from '../../accounts/account.ts'
import { wholeNumber } from '../whole-number.ts'
import { exitCodeHelp, processStreams, withAccounts } from './accounts-access.ts'
import { accountJson, tableHead, tableRow } from './accounts-text.ts'

interface ListOptions {
  after: number
  limit: number
  json?: true
}

export function accountsListCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return new Command('list')
    .description('list all accounts in the order of their ids, as a table')
    .option('--after <id>', 'start after this id', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--limit <number>', 'maximum number of accounts (default: all)', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--json', 'one JSON object per line')
    .addHelpText('after', exitCodeHelp)
    .action(({ after, limit = Number.MAX_SAFE_INTEGER, json }: ListOptions) =>
      withAccounts(env, streams, ({ accounts }) => {
        const lines = json ? jsonLines(accounts.listAccounts(after, limit)) : table(accounts.listAccounts(after, limit))
        return pipeline(Readable.from(lines), streams.output, { end: false })
      }),
    )
}

async function* jsonLines(accounts: AsyncIterable<Account>): AsyncGenerator<string> {
  for await (const account of accounts) yield `${JSON.stringify(accountJson(account))}\n`
}

async function* table(accounts: AsyncIterable<Account>): AsyncGenerator<string> {
  yield tableHead
  for await (const account of accounts) yield tableRow(account)
}
