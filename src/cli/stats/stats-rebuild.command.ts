import { Command } from 'commander'
import { countAccounts } from '../../statistics/daily-totals/totals-state.repository.ts'
import { findProgress, rebuildTotals } from '../../statistics/maintenance/rebuild.service.ts'
import { type Access, processStreams, withAccounts } from '../accounts/accounts-access.ts'
import { showProgress, untilInterrupted } from '../progress.ts'

interface RebuildOptions {
  restart?: boolean
}

export function statsRebuildCommand(env: NodeJS.ProcessEnv, streams = processStreams): Command {
  return new Command('rebuild')
    .description('recompute all totals from the records, and store them')
    .option('--restart', 'start with the first account, even if an earlier run was stopped')
    .addHelpText(
      'after',
      '\nAfter Ctrl-C, run the command again to resume. Exit codes: 0 success, 1 failure, 2 invalid usage, 130 stopped.',
    )
    .action((options: RebuildOptions) =>
      withAccounts(env, streams, async (access) => {
        const finished = await untilInterrupted((signal) => rebuild(access, options, signal, streams.output))
        if (!finished) streams.errors.write('已停止，再次运行可继续 · stopped; run the command again to resume\n')
      }),
    )
}

async function rebuild(
  { storage, derived }: Access,
  { restart = false }: RebuildOptions,
  signal: AbortSignal,
  output: NodeJS.WritableStream,
): Promise<void> {
  const begun = restart ? undefined : await findProgress(storage)
  const from = begun?.accounts ?? 0
  const progress = showProgress({ label: 'rebuild', total: await countAccounts(storage.db), from, unit: 'accounts' })
  const { totals, boards } = derived
  const accounts = await rebuildTotals(storage, totals, { signal, restart, boards, onProgress: progress.update })
  progress.finish()
  output.write(`统计已重新计算 · recomputed all totals: ${accounts} accounts\n`)
}
