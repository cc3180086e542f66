import { Command } from 'commander'
import { type RestoreReport, restore } from '../../tools/backup/restore.service.ts'
import { megabytes, withDatabaseFile } from './backup-access.ts'

export function restoreCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('restore')
    .description('replace the database file and its secret with a backup; stop the service first')
    .argument('<file>', 'a backup made by `occupy backup`')
    .addHelpText(
      'after',
      `
The backup is refused if it is damaged, of a newer version, or does not match its secret (FILE.secret or SECRET).
Replaced files are kept next to the database, as NAME.replaced-TIME. For PostgreSQL, use pg_restore.
Exit codes: 0 success, 1 refused or failed, 2 invalid usage, 130 stopped.`,
    )
    .action((file: string) =>
      withDatabaseFile(env, 'pg_restore', async (place, signal) => {
        const report = await restore({ ...place, file, signal })
        process.stdout.write(
          `已恢复 · restored: ${place.database} (${megabytes(report.bytes)}, checked)${asides(report)}\n`,
        )
      }),
    )
}

function asides({ replaced, replacedSecret }: RestoreReport): string {
  const kept = [replaced, replacedSecret].filter((path) => path !== undefined)
  return kept.length > 0 ? `; 原有文件保留为 · previous files kept as: ${kept.join(', ')}` : ''
}
