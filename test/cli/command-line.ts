import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { childEnvironment } from '../support/child-environment.ts'
import { main } from '../support/running-service.ts'

export interface Outcome {
  code: number | null
  output: string
  errors: string
}

/** Runs `occupy WORDS…` as scripts do: without a terminal, with `input` on standard input. */
export async function occupy(
  words: string[],
  env: Record<string, string> = {},
  input: string | Uint8Array = '',
): Promise<Outcome> {
  const child = spawn(process.execPath, [main, ...words], { env: { ...childEnvironment, ...env } })
  // A command that reads no input may end before it gets any.
  child.stdin.on('error', () => undefined).end(input)
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, output, errors }
}
