import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { readConfig } from '../../src/config/read-config.ts'
import { serve } from '../../src/server/serve.ts'
import type { Target } from '../contract/target.ts'
import { startReadableSchool } from '../schools/simulated-kingosoft.ts'
import { emptyDatabase } from './empty-database.ts'

/** Starts the production service on a free port with an empty database and a school that uses the real protocol. */
export async function startTarget(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-test-'))
  const database = await emptyDatabase(folder)
  const { school, readCaptcha } = await startReadableSchool()
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    SECRET: 'a secret for tests that is long enough',
    SCHOOL: 'kingosoft',
    SCHOOL_URL: school.url,
    THROTTLE: 'off',
  })
  const service = await serve(config, pino({ level: 'silent' }), readCaptcha)
  let taken = 0
  return {
    baseUrl: service.address,
    takeStudent() {
      const student = { stu_id: String(3_000_000_000 + ++taken), stu_pwd: `pass-${taken}` }
      school.addStudent({ studentNumber: student.stu_id, schoolPassword: student.stu_pwd })
      return student
    },
    close: async () => {
      await service.close()
      await school.close()
      await database.close()
      await rm(folder, { recursive: true })
    },
  }
}
