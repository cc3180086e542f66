import { Command } from 'commander'
import { processStreams, withAccounts } from './accounts/accounts-access.ts'

/** Works on the configured database. A running service sees the change at once. */
export function tokensCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return new Command('tokens').description('the tokens that clients hold').addCommand(
    new Command('revoke-all')
      .description('invalidate all tokens and browser sessions of all accounts; everyone has to sign in again')
      .option('--json', 'print the result as a JSON object')
      .addHelpText('after', '\nExit codes: 0 success, 1 failure, 2 invalid usage.')
      .action(({ json }: { json?: true }) =>
        withAccounts(env, streams, async ({ accounts }) => {
          const count = await accounts.revokeAllTokens()
          if (json) streams.output.write(`${JSON.stringify({ accounts: count })}\n`)
          streams.errors.write(
            `所有令牌和浏览器登录已失效 · all tokens and browser sessions are now invalid: ${count} accounts\n`,
          )
        }),
      ),
  )
}
