import { type CampusDay, campusDays } from './calendar.ts'
import type { SeedPlan } from './plan.ts'
import { type Random, seededRandom } from './random.ts'
import { endByNextStart, keepRunning, liveRecord, reportedRecord, type SeedRecord } from './record.ts'
import { drawSession, drawStudent } from './session.ts'
import { drawNote, drawSubject } from './student.ts'

/** The share of records that were reported afterwards, as a whole. */
const reportedShare = 0.06
/** The share of records running at their student's next start whose end was corrected later, so that both records overlap. */
const correctedShare = 0.1
/** Only records of the last hours are left running, so that they can run on for a while after the seeding. */
const runningWindowSeconds = 8 * 3600
const runningShare = 0.02

/** All records of the campus, day by day, ordered by start. */
export function* campusRecords(plan: SeedPlan): Generator<SeedRecord[]> {
  const random = seededRandom(plan.seed)
  /** Of each student, the latest that the service saw begin. */
  const latest = new Map<number, SeedRecord>()
  // A start on a later day may end a forgotten record, so a day is yielded only when that is no longer possible.
  const reach = 1 + Math.ceil(plan.limit / 86_400)
  const held: SeedRecord[][] = []
  for (const day of campusDays(plan)) {
    const records = dayRecords(random, day, plan)
    for (const record of records) {
      if (record.seenFrom === null) continue
      const before = latest.get(record.accountId)
      if (before) meet(random, before, record, plan)
      latest.set(record.accountId, record)
    }
    held.push(records)
    if (held.length > reach) yield held.shift() ?? []
  }
  leaveRunning(latest, plan)
  yield* held
}

function dayRecords(random: Random, day: CampusDay, plan: SeedPlan): SeedRecord[] {
  const records = Array.from({ length: day.records }, (): SeedRecord => {
    const accountId = drawStudent(random, day.enrolled)
    const session = drawSession(random, day)
    const texts = { subject: drawSubject(random, plan.seed, accountId), note: drawNote(random) }
    return random() < reportedShare
      ? reportedRecord(accountId, session, texts, plan)
      : liveRecord(random, accountId, session, texts, plan)
  })
  return records.sort((a, b) => a.startedAt - b.startedAt)
}

/** A student has one running record at a time: a start ends the running one. */
function meet(random: Random, before: SeedRecord, next: SeedRecord, { until }: SeedPlan): void {
  if (before.endedAt === null || before.endedAt <= next.startedAt) return
  const isCorrected = before.endCause === 'student' && before.endedAt <= until && random() < correctedShare
  endByNextStart(before, next.startedAt, isCorrected)
}

/** No record ends after the plan's end. A record that would is either left running or ends exactly there. */
function leaveRunning(latest: Map<number, SeedRecord>, plan: SeedPlan): void {
  const { students, until, limit } = plan
  const since = until - Math.min(runningWindowSeconds, limit / 2)
  let places = Math.ceil(students * runningShare)
  const lastFirst = [...latest.values()].sort((a, b) => b.startedAt - a.startedAt || b.accountId - a.accountId)
  for (const record of lastFirst) {
    const recent = record.startedAt > since
    const overshoots = record.endedAt !== null && record.endedAt > until
    if ((recent && places > 0) || (overshoots && record.endCause === 'limit')) {
      places--
      keepRunning(record, plan)
    } else if (overshoots) {
      record.endedAt = until
      if (record.seenTo !== null) record.seenTo = Math.min(record.seenTo, until)
      if (record.heartbeatAt !== null) record.heartbeatAt = Math.min(record.heartbeatAt, until)
    }
  }
}
