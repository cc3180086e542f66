import type { EpochSeconds } from '../../shared/clock.ts'
import type { EndCause } from '../../studies/study.ts'
import type { SeedPlan } from './plan.ts'
import type { Random } from './random.ts'
import type { Session } from './session.ts'
import { sendsHeartbeats } from './student.ts'

/** A row of `studies` without its id. */
export interface SeedRecord {
  accountId: number
  startedAt: EpochSeconds
  endedAt: EpochSeconds | null
  endCause: EndCause | null
  subject: string | null
  note: string | null
  heartbeatAt: EpochSeconds | null
  seenFrom: EpochSeconds | null
  seenTo: EpochSeconds | null
}

type Texts = Pick<SeedRecord, 'subject' | 'note'>

const minute = 60
/** The share of ended records whose end was moved later by their student. */
const lengthenedShare = 0.02

/** A session that its student wrote down afterwards: the service saw neither end of it. */
export function reportedRecord(accountId: number, session: Session, texts: Texts, plan: SeedPlan): SeedRecord {
  const { startedAt, endsAt } = session
  const endedAt = Math.min(endsAt, startedAt + plan.limit, plan.until)
  const unseen = { heartbeatAt: null, seenFrom: null, seenTo: null }
  return { accountId, startedAt, endedAt, endCause: 'student', ...texts, ...unseen }
}

/** A session that was started live. A forgotten one ends at its last heartbeat, or at the limit if it had none. */
export function liveRecord(
  random: Random,
  accountId: number,
  { startedAt, endsAt, forgotten }: Session,
  { subject, note }: Texts,
  { seed, limit }: SeedPlan,
): SeedRecord {
  const seenFrom = startedAt
  const beats = sendsHeartbeats(seed, accountId)
  const atLimit = startedAt + limit
  if (endsAt >= atLimit || (forgotten && !beats)) {
    const heartbeatAt = beats ? lastBeat(startedAt, atLimit) : null
    return {
      ...{ accountId, startedAt, endedAt: atLimit, endCause: 'limit', subject, note },
      ...{ heartbeatAt, seenFrom, seenTo: null },
    }
  }
  const heartbeatAt = beats ? lastBeat(startedAt, endsAt) : null
  const endedAt = forgotten && heartbeatAt !== null ? heartbeatAt : endsAt
  const isLengthened = random() < lengthenedShare && !forgotten
  const seenTo = isLengthened ? startedAt + Math.floor((endedAt - startedAt) / 2) : endedAt
  const endCause = forgotten ? 'idle' : 'student'
  return { accountId, startedAt, endedAt, endCause, subject, note, heartbeatAt, seenFrom, seenTo }
}

/** Heartbeats come every minute. */
function lastBeat(startedAt: EpochSeconds, until: EpochSeconds): EpochSeconds {
  return startedAt + Math.floor((until - startedAt) / minute) * minute
}

/** The next start ends the record. If that is corrected, it keeps the end that its student gave it later. */
export function endByNextStart(record: SeedRecord, nextStart: EpochSeconds, isCorrected: boolean): void {
  if (record.heartbeatAt !== null) record.heartbeatAt = Math.min(record.heartbeatAt, nextStart)
  record.seenTo = nextStart
  if (isCorrected) return
  record.endedAt = nextStart
  record.endCause = 'next-start'
}

/** The record has no end yet. Its last heartbeat, if it has any, is less than a minute old. */
export function keepRunning(record: SeedRecord, { until }: SeedPlan): void {
  record.endedAt = null
  record.endCause = null
  record.seenTo = null
  if (record.heartbeatAt !== null) record.heartbeatAt = lastBeat(record.startedAt, until)
}
