import { test } from 'node:test'
import { backupFaults } from './backup-faults.ts'

const skip = process.env.TEST_POSTGRES_URL !== undefined && 'backups are of SQLite'

test('a backup during writes contains every earlier acknowledged write, and can be restored', { skip }, async (t) => {
  await backupFaults((line) => t.diagnostic(line), 3)
})
