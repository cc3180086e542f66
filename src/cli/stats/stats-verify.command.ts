import { Command } from 'commander'
import { countAccounts } from '../../statistics/daily-totals/totals-state.repository.ts'
import { type Drift, verifyTotals } from '../../statistics/maintenance/verify.service.ts'
import { type Access, exitCodes, processStreams, withAccounts } from '../accounts/accounts-access.ts'
import { showProgress, untilInterrupted } from '../progress.ts'
import { driftLine } from './drift-text.ts'

export function statsVerifyCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return new Command('verify')
    .description('recompute all totals from the records by a slow and simple method, and list differences')
    .addHelpText('after', '\nExit codes: 0 no differences, 1 differences or failure, 2 invalid usage, 130 stopped.')
    .action(() =>
      withAccounts(env, streams, async (access) => {
        await untilInterrupted((signal) => verify(access, signal, streams.output))
      }),
    )
}

async function verify({ storage, derived }: Access, signal: AbortSignal, output: NodeJS.WritableStream): Promise<void> {
  const progress = showProgress({ label: 'verify', total: await countAccounts(storage.db), unit: 'accounts' })
  const { accounts, outdated, drifts } = await verifyTotals(storage, derived.totals, derived.boards, {
    signal,
    onProgress: progress.update,
    onDrift: (drift: Drift) => output.write(`${driftLine(drift)}\n`),
  })
  progress.finish()
  const outdatedText = outdated === 0 ? '' : `, ${outdated} of them not computed yet`
  output.write(
    drifts === 0
      ? `统计无误 · all totals are right: ${accounts} accounts${outdatedText}\n`
      : `统计有误 · totals differ from the records in ${drifts} places (${accounts} accounts${outdatedText}): run occupy stats rebuild\n`,
  )
  if (drifts > 0) process.exitCode = exitCodes.failed
}
