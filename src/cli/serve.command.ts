import { Command } from 'commander'
import { serveUntilSignal } from './serve.ts'

export function serveCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('serve')
    .description('migrate the database and run the server until SIGTERM or SIGINT')
    .addHelpText(
      'after',
      '\nExit codes: 0 stopped by a signal, 1 failed to start (with the reason) or stopped by an error, 2 invalid usage.',
    )
    .action(() => serveUntilSignal(env))
}
