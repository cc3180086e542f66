import { test } from 'node:test'
import { backupFaults } from './backup-faults.ts'

const skip = process.env.TEST_POSTGRES_URL !== undefined && 'backups are of SQLite'

test('a backup under write load holds what was acknowledged before it, and can be restored', { skip }, async (t) => {
  await backupFaults((line) => t.diagnostic(line), 3)
})
