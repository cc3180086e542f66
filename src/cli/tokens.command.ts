import { Command } from 'commander'
import { processStreams, withAccounts } from './accounts/accounts-access.ts'

/** Works on the configured database. A running service sees the change at once. */
export function tokensCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return new Command('tokens').description('the tokens that clients hold').addCommand(
    new Command('revoke-all')
      .description('make every token and browser session of every account invalid: everyone has to sign in again')
      .option('--json', 'say what was done as a JSON object')
      .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage.')
      .action(({ json }: { json?: true }) =>
        withAccounts(env, streams, async ({ accounts }) => {
          const count = await accounts.revokeAllTokens()
          if (json) streams.output.write(`${JSON.stringify({ accounts: count })}\n`)
          streams.errors.write(
            `所有令牌和浏览器登录已失效 · every token is dead, and every browser signed out: ${count} accounts\n`,
          )
        }),
      ),
  )
}
