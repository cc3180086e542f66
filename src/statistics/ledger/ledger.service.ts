import type { AccountId } from '../../accounts/account.ts'
import type { CampusCalendar, CampusDay } from '../../shared/campus-calendar.ts'
import type { Db, Storage } from '../../storage/storage.ts'
import type { Rules } from '../../studies/study.ts'
import type { Span } from '../daily-totals/attribution.ts'
import { findOverlapping } from '../daily-totals/study-interval.repository.ts'
import { findRunningInterval } from '../own-time.service.ts'
import { type Ledger, type LedgerRecord, ledgerOf } from './ledger.ts'

export interface LedgerServiceDeps {
  storage: Storage
  calendar: CampusCalendar
  boardDayHours: number
  rules: () => Rules
}

export type LedgerService = ReturnType<typeof createLedgerService>

export function createLedgerService({ storage, calendar, boardDayHours, rules }: LedgerServiceDeps) {
  const maxBoardSeconds = Math.round(boardDayHours * 3600)

  /** @param requested today by default */
  async function getLedger(accountId: AccountId, requested?: CampusDay): Promise<Ledger & { day: CampusDay }> {
    const at = rules()
    const day = requested ?? calendar.dayOf(at.now)
    const span = { from: calendar.startOf(day), to: calendar.startOf((day + 1) as CampusDay) }
    return { day, ...ledgerOf(await findRecords(storage.db, accountId, span, at), span, maxBoardSeconds) }
  }

  return { getLedger }
}

async function findRecords(db: Db, accountId: AccountId, span: Span, rules: Rules): Promise<LedgerRecord[]> {
  // Read first, so that a record that ends between the two reads is found twice instead of never.
  const running = await findRunningRecord(db, accountId, rules)
  const ended = (await findOverlapping(db, accountId, span)).map((each) => ({ ...each, running: false }))
  return running && !ended.some(({ id }) => id === running.id) ? [...ended, running] : ended
}

async function findRunningRecord(db: Db, accountId: AccountId, rules: Rules): Promise<LedgerRecord | undefined> {
  const { study, interval } = (await findRunningInterval(db, accountId, rules)) ?? {}
  if (study === undefined || interval === undefined) return undefined
  const [startSeen, endSeen] = [study.seenFrom !== undefined, study.seenTo !== undefined]
  return { ...interval, running: study.end === undefined, startSeen, endSeen }
}
