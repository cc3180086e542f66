import { Command } from 'commander'
import { serveUntilSignal } from './serve.ts'

export function serveCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('serve')
    .description('prepare the database and serve until SIGTERM or SIGINT')
    .addHelpText(
      'after',
      '\nExit codes: 0 ended by a signal, 1 not started (one line says why) or ended by a fault, 2 wrong usage.',
    )
    .action(() => serveUntilSignal(env))
}
