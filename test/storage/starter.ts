/** A process that starts and ends records of one student as fast as possible: `starter.ts DATABASE_URL ACCOUNT TIMES`. */
import type { AccountId } from '../../src/accounts/account.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createStudyService } from '../../src/studies/study.service.ts'

const [url, account, times] = process.argv.slice(2)
const id = Number(account) as AccountId
const storage = openDatabase(readConfig({ DATABASE_URL: url }).database)
const studies = createStudyService({ storage, clock: systemClock, maxHours: 16, idleMinutes: 30 })
for (let at = 0; at < Number(times); at += 1) {
  const { id: record } = await studies.startStudy(id)
  if (at % 3 === 0) await studies.endStudy(id, record)
}
await storage.close()
