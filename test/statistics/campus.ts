import assert from 'node:assert/strict'
import type { AccountId } from '../../src/accounts/account.ts'
import { type RemoveData, removeAccount } from '../../src/accounts/account-removal.service.ts'
import { createSettingsService } from '../../src/accounts/settings/settings.service.ts'
import { createCampusCalendar } from '../../src/shared/campus-calendar.ts'
import type { BoardTotals } from '../../src/statistics/daily-totals/board-totals.service.ts'
import { createDailyTotals } from '../../src/statistics/daily-totals/daily-totals.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { createHeartbeatService } from '../../src/studies/own/heartbeat.service.ts'
import { createOwnStudyService } from '../../src/studies/own/own-study.service.ts'
import { createStudyService } from '../../src/studies/study.service.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { countForEveryone } from '../../src/studies/study-visibility.service.ts'
import { slowTotals, sorted, storedRecords, storedTotals } from './slow-totals.ts'

export interface CampusOptions {
  timezone?: string
  boardDayHours?: number
  boards?: BoardTotals
  /** Whether it keeps daily totals. An earlier release did not. */
  keepsTotals?: boolean
  maxHours?: number
}

/** The services of one instance on this database, wired as in `app.ts`. */
export function openCampus(storage: Storage, now: () => number, options: CampusOptions = {}) {
  const { timezone = 'Asia/Shanghai', boardDayHours = 16, boards, keepsTotals = true, maxHours = 16 } = options
  const calendar = createCampusCalendar(timezone)
  const totals = createDailyTotals({ calendar, boardDayHours, terms: [], boards })
  const clock = { now }
  const followers = keepsTotals ? [totals.follow] : []
  const studies = createStudyService({ storage, clock, maxHours, idleMinutes: 30, followers })
  const settings = createSettingsService({
    storage,
    countData: async (tx, id, counted) => {
      await countForEveryone(tx, id, counted)
      if (keepsTotals) await totals.share(tx, id, counted)
    },
  })
  const removeData: RemoveData = async (tx, id) => {
    const removed = await removeStudiesOf(tx, id)
    if (keepsTotals) await totals.remove(tx, id)
    return removed
  }
  return {
    ...{ storage, calendar, clock, totals, studies, settings },
    own: createOwnStudyService({ storage, studies }),
    heartbeats: createHeartbeatService({ storage, studies }),
    remove: (account: AccountId) => removeAccount(storage, account, removeData),
  }
}

export type Campus = ReturnType<typeof openCampus>

/** Asserts that the stored days of the account equal those of a model that counts its records second by second, or in steps. */
export async function assertTotalsMatch({ storage, calendar }: Campus, account: AccountId, step = 1): Promise<void> {
  const wanted = slowTotals(await storedRecords(storage.db, account), calendar.timezone, step)
  assert.deepEqual(sorted(await storedTotals(storage.db, account)), sorted(wanted))
}

/** Asserts that the campus' sums equal those of the days of all visible accounts. */
export async function assertCampusSumMatches({ storage: { db } }: Campus): Promise<void> {
  const days = await db
    .selectFrom('study_days')
    .innerJoin('accounts', 'accounts.id', 'study_days.account_id')
    .select(['day', 'seconds'])
    .where('visibility', '<>', 'only_me')
    .execute()
  const kept = await db.selectFrom('campus_days').select(['day', 'seconds']).execute()
  assert.deepEqual(sums(kept), sums(days))
}

function sums(days: { day: number; seconds: number }[]): [number, number][] {
  const found = new Map<number, number>()
  for (const { day, seconds } of days) found.set(day, (found.get(day) ?? 0) + seconds)
  return [...found].filter(([, seconds]) => seconds !== 0).sort(([a], [b]) => a - b)
}

/** Keeps a board of all days in memory, as leaderboards keep theirs in tables, to test the changes that they get. */
export function memoryBoards(
  seenDays: (tx: Parameters<BoardTotals['add']>[0], id: AccountId) => Promise<[number, number][]>,
) {
  const boards = new Map<AccountId, Map<number, number>>()
  const totals: BoardTotals = {
    apply(_tx, id, changes) {
      const board = boards.get(id) ?? new Map<number, number>()
      boards.set(id, board)
      for (const { day, before, after } of changes) {
        assert.equal(board.get(day) ?? 0, before)
        if (after === 0) board.delete(day)
        else board.set(day, after)
      }
    },
    async add(tx, id) {
      boards.set(id, new Map(await seenDays(tx, id)))
    },
    async remove(_tx, id) {
      boards.delete(id)
    },
  }
  return { totals, of: (id: AccountId) => [...(boards.get(id) ?? [])].sort(([a], [b]) => a - b) }
}
