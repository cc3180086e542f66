import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { type DatabaseSetting, databaseUrl } from '../../config/setting.ts'
import { copyData } from '../../tools/database-copy/copy.service.ts'
import { CopyRefusedError, endCopy } from '../../tools/database-copy/copy-state.ts'
import { openSource } from '../../tools/database-copy/open-source.ts'
import { openTarget, tidy } from '../../tools/database-copy/open-target.ts'
import { countRows } from '../../tools/database-copy/rows.ts'
import { isSame, type TableCheck, verifyCopy } from '../../tools/database-copy/verify.service.ts'
import { explain } from '../explain.ts'
import { type Progress, showProgress, untilInterrupted } from '../progress.ts'

interface Ends {
  from: DatabaseSetting
  to: DatabaseSetting
}

export function migrateDataCommand(): Command {
  const command = new Command('migrate-data')
    .description('copy a database into an empty one and verify the copy; stop the service first')
    .requiredOption('--from <url>', 'source database, in the form of DATABASE_URL; it is not modified', setting)
    .requiredOption('--to <url>', 'target database, in the form of DATABASE_URL', setting)
    .addHelpText(
      'after',
      `
After Ctrl-C, run the command again with the same databases to resume. No service starts on the target before the copy
is complete and verified. Use the same SECRET (or the file data/secret) afterwards: student numbers and tokens depend on
it. See docs/scaling.md.
Exit codes: 0 copied and identical, 1 failed or different, 2 invalid usage, 130 stopped.`,
    )
  return command.action(async (ends: Ends) => {
    if (isOne(ends)) return command.error('error: --from and --to name the same database', { exitCode: 2 })
    try {
      const finished = await untilInterrupted((signal) => run(ends, signal))
      if (!finished) process.stderr.write('已停止，再次运行可继续 · stopped; run the command again to resume\n')
    } catch (error) {
      process.stderr.write(`${explainRefusal(error)}\n`)
      process.exitCode = 1
    }
  })
}

async function run({ from, to }: Ends, signal: AbortSignal): Promise<void> {
  const source = await openSource(from)
  try {
    const target = await openTarget(to)
    try {
      const total = await countRows(source)
      const copying = whenKnown((done) => showProgress({ label: '复制 · copy', total, from: done }))
      await copyData(source, target, { signal, onProgress: copying.update })
      copying.finish()
      const checking = showProgress({ label: '核对 · check', total })
      const checks = await verifyCopy(source, target, { signal, onProgress: checking.update })
      checking.finish()
      process.stdout.write(checks.map(describe).join(''))
      if (!checks.every(isSame)) throw new CopyRefusedError(notTheSame)
      await tidy(target)
      await endCopy(target.db)
      process.stdout.write(done)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

const notTheSame =
  'the target differs from the source and cannot be used: stop everything that writes to either, and copy into an empty database'
const done = `两库一致，迁移完成 · both databases are identical; done
请用原来的 SECRET（或 data/secret 文件）启动服务 · start the service with the same SECRET or a copy of the file data/secret
`

function describe(check: TableCheck): string {
  const { table, rows, digests, firstDifference, idsCollide } = check
  if (isSame(check)) return `  ${table}: ${rows.source} rows, sha256 ${digests.source}\n`
  const where = firstDifference === undefined ? '' : `, first at ${JSON.stringify(firstDifference)}`
  const ids = idsCollide ? ', new ids would collide' : ''
  return `  ${table}: 不一致 · NOT THE SAME: ${rows.source} rows in the source, ${rows.target} in the target${where}${ids}\n`
}

/** Shows the rate of this run only. How much an earlier run has done is known only at the first update. */
function whenKnown(begin: (done: number) => Progress): Progress {
  let progress: Progress | undefined
  return {
    update(done) {
      progress ??= begin(done)
      progress.update(done)
    },
    finish: () => progress?.finish(),
  }
}

function explainRefusal(error: unknown): string {
  return error instanceof CopyRefusedError ? `无法迁移 · cannot copy: ${error.message}` : explain(error)
}

function setting(url: string): DatabaseSetting {
  try {
    return databaseUrl(url)
  } catch (error) {
    throw new InvalidArgumentError(`it ${(error as Error).message}.`)
  }
}

function isOne({ from, to }: Ends): boolean {
  if (from.kind === 'sqlite') return to.kind === 'sqlite' && resolve(from.path) === resolve(to.path)
  return to.kind === 'postgres' && from.url === to.url
}
