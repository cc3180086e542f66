import { existsSync } from 'node:fs'
import { Argument, type Command, Option } from 'commander'
import type { Account } from '../../accounts/account.ts'
import {
  type AccountAdministration,
  createAccountAdministration,
  type Naming,
} from '../../authentication/administration.service.ts'
import { readConfig } from '../../config/read-config.ts'
import { createDerivedData, type DerivedData } from '../../derived-data.ts'
import { errorMessage } from '../../http/errors/error-message.ts'
import { openService } from '../../server/open-storage.ts'
import { DomainError } from '../../shared/errors.ts'
import type { Storage } from '../../storage/storage.ts'
import { explain } from '../explain.ts'

export interface AccountStreams {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  /** Results. */
  output: NodeJS.WritableStream
  /** Prompts and error messages. */
  errors: NodeJS.WritableStream
}

export const processStreams: AccountStreams = { input: process.stdin, output: process.stdout, errors: process.stderr }

export interface Access {
  storage: Storage
  accounts: AccountAdministration
  derived: DerivedData
}

export const exitCodes = { failed: 1, wrongUsage: 2 } as const

/** Ends a command with a one-line message and an exit code. */
export class Refusal extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message)
    this.exitCode = exitCode
  }
}

export const exitCodeHelp = '\nExit codes: 0 success, 1 failure or no such account, 2 invalid usage.'

/** Opens the configured database for `work`, and reports errors in one line. */
export async function withAccounts(
  env: NodeJS.ProcessEnv,
  { errors }: AccountStreams,
  work: (access: Access) => Promise<void>,
): Promise<void> {
  try {
    const config = readConfig(env)
    if (config.database.kind === 'sqlite' && !existsSync(config.database.path)) {
      throw new Refusal(`没有数据库 · DATABASE_URL: there is no ${config.database.path} yet`)
    }
    const { storage, keys } = await openService(config)
    try {
      await work({
        storage,
        derived: createDerivedData(config),
        accounts: createAccountAdministration({
          storage,
          studentNumbers: config.studentNumber,
          studentNumberKey: keys.studentNumber,
        }),
      })
    } finally {
      await storage.close()
    }
  } catch (error) {
    // The reader of the pipe closed it, as `head` does.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    errors.write(`${messageOf(error)}\n`)
    process.exitCode = error instanceof Refusal ? error.exitCode : exitCodes.failed
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Refusal) return error.message
  if (error instanceof DomainError)
    return `${errorMessage(error.code, 'zh', error.details)} ${errorMessage(error.code, 'en', error.details)}`
  return explain(error)
}

export interface NamingOptions {
  by?: Naming
}

/** Adds the argument and option that select one account. */
export function namingOneAccount(command: Command): Command {
  return command
    .addArgument(new Argument('<who>', 'user name, student number or id; the first that matches'))
    .addOption(
      new Option('--by <kind>', 'interpret <who> only as this kind').choices(['user-name', 'student-number', 'id']),
    )
}

/** @throws Refusal */
export async function accountNamed({ accounts }: Access, who: string, { by }: NamingOptions): Promise<Account> {
  const account = await accounts.findNamed(who, by)
  if (account === undefined) throw new Refusal('没有这个账号 · no such account')
  return account
}
