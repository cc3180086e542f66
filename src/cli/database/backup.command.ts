import { Command } from 'commander'
import { type BackupReport, backUp, secretOf } from '../../tools/backup/backup.service.ts'
import { type Progress, showProgress } from '../progress.ts'
import { wholeNumber } from '../whole-number.ts'
import { megabytes, withDatabaseFile } from './backup-access.ts'

export function backupCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('backup')
    .description('back up the database file and its secret, verified, while the service runs')
    .argument(
      '<file>',
      'the backup file; an existing backup of the same database is replaced once the new one is complete',
    )
    .option('--keep <number>', 'number of backups to keep, earlier ones as FILE.TIME (UTC)', wholeNumber(1, 100_000))
    .addHelpText(
      'after',
      `
The secret is written to FILE.secret, unless SECRET is set: then store it elsewhere yourself. Keep both files private.
For PostgreSQL, use pg_dump.
Exit codes: 0 success, 1 failure (an earlier backup is unchanged), 2 invalid usage, 130 stopped.`,
    )
    .action((file: string, { keep }: { keep?: number }) =>
      withDatabaseFile(env, 'pg_dump', async (place, signal) => {
        let progress: Progress | undefined
        const onProgress = (done: number, total: number) => {
          progress ??= showProgress({ label: '备份 · backup', total, unit: 'pages' })
          progress.update(done)
        }
        const report = await backUp({ ...place, file, signal, onProgress, ...(keep === undefined ? {} : { keep }) })
        process.stdout.write(
          `备份完成 · backed up: ${file} (${megabytes(report.bytes)}, checked)${secretNote(file, report)}\n`,
        )
      }),
    )
}

function secretNote(file: string, { secret }: BackupReport): string {
  if (secret === 'beside') return `; 密钥 · secret: ${secretOf(file)}`
  if (secret === 'set') return '; 密钥不在备份中，请另行保存 SECRET · SECRET is not included: store it elsewhere'
  if (secret === 'none yet') return ''
  return '; 未找到对应的密钥，请另行保存服务的 SECRET · its secret was not found: store the SECRET of the service elsewhere'
}
