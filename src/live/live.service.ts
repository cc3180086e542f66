import type { CampusCalendar } from '../shared/campus-calendar.ts'
import type { Clock, EpochSeconds } from '../shared/clock.ts'
import type { Page, PageRequest } from '../shared/page.ts'
import { findCampusDaySeconds } from '../statistics/daily-totals/campus-day.repository.ts'
import type { Storage } from '../storage/storage.ts'
import { countRunning } from '../studies/list/study-counter.repository.ts'
import type { StudyService } from '../studies/study.service.ts'
import { pageStudying } from './live.repository.ts'
import type { LiveCode } from './live-code.ts'
import { type ShownStudent, shown } from './live-student.ts'

export interface LiveCounts {
  studying: number
  /** The sum of today's ended records. */
  todaySeconds: number
  now: EpochSeconds
}

export interface LiveServiceDeps {
  storage: Storage
  clock: Clock
  calendar: CampusCalendar
  studies: Pick<StudyService, 'endOverdue'>
  code: LiveCode
}

/** How often overdue records are ended before the count. The background job runs less often. */
const sweepEveryMs = 1000

/** Who studies now, and how many. Students whose records are hidden are neither counted nor listed. */
export function createLiveService({ storage, clock, calendar, studies, code }: LiveServiceDeps) {
  let sweptAt = Number.NEGATIVE_INFINITY

  async function endOverdue(): Promise<void> {
    const now = performance.now()
    if (now - sweptAt < sweepEveryMs) return
    sweptAt = now
    // If this fails, the background job logs the reason.
    await studies.endOverdue().catch(() => 0)
  }

  async function readCounts(): Promise<LiveCounts> {
    await endOverdue()
    const now = clock.now()
    const studying = await countRunning(storage.db)
    return { studying, todaySeconds: await findCampusDaySeconds(storage.db, calendar.dayOf(now)), now }
  }

  async function listStudents(request: PageRequest): Promise<Page<ShownStudent> & { now: EpochSeconds }> {
    await endOverdue()
    const page = await pageStudying(storage.db, request, await countRunning(storage.db))
    return { ...page, items: page.items.map((student) => shown(student, code.keyOf)), now: clock.now() }
  }

  return { readCounts, listStudents }
}

export type LiveService = ReturnType<typeof createLiveService>
