import { randomInt } from 'node:crypto'
import { Command } from 'commander'
import { createTerminalPrompt } from '../terminal-prompt.ts'
import {
  type AccountStreams,
  accountNamed,
  exitCodeHelp,
  type NamingOptions,
  namingOneAccount,
  processStreams,
  Refusal,
  withAccounts,
} from './accounts-access.ts'
import { accountName } from './accounts-text.ts'

interface ResetOptions extends NamingOptions {
  generate?: true
  json?: true
}

export function accountsResetPasswordCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return namingOneAccount(new Command('reset-password'))
    .description('set a new password, from a prompt or the first line of standard input; all tokens become invalid')
    .option('--generate', 'generate a password and print it')
    .option('--json', 'print the result as a JSON object')
    .addHelpText('after', exitCodeHelp)
    .action((who: string, options: ResetOptions) =>
      withAccounts(env, streams, async (access) => {
        const account = await accountNamed(access, who, options)
        const password = options.generate ? madePassword() : await askForPassword(streams)
        await access.accounts.resetPassword(account, password)
        const { id, username } = account
        const made = options.generate ? { password } : {}
        if (options.json) streams.output.write(`${JSON.stringify({ id, username, ...made })}\n`)
        else if (options.generate) streams.output.write(`${password}\n`)
        streams.errors.write(
          `密码已更换，旧令牌全部失效 · ${accountName(account)}: new password, all tokens are now invalid\n`,
        )
      }),
    )
}

/** @throws Refusal */
async function askForPassword({ input, errors }: AccountStreams): Promise<string> {
  const prompt = createTerminalPrompt(input, errors)
  try {
    const password = await prompt.ask('新密码 · New password (not shown): ', { hidden: true })
    if (!password) throw new Refusal('没有输入密码 · no password given')
    // Node's decoder replaces invalid UTF-8 with U+FFFD. The account would get a different password than was typed.
    if (password.includes('\ufffd'))
      throw new Refusal('密码不是 UTF-8 编码，没有更换 · the password is not UTF-8: nothing was changed')
    // Input from a pipe has no typing errors.
    if (input.isTTY && (await prompt.ask('再次输入 · Repeat: ', { hidden: true })) !== password) {
      throw new Refusal('两次输入不一致 · the passwords differ: nothing was changed')
    }
    return password
  } finally {
    prompt.close()
  }
}

/** Without letters and digits that look alike, so that passwords are easy to read aloud. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** About 79 random bits. */
function madePassword(): string {
  const letter = () => alphabet[randomInt(alphabet.length)]
  return Array.from({ length: 4 }, () => Array.from({ length: 4 }, letter).join('')).join('-')
}
