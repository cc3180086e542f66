import { lockAccount } from '../accounts/account.repository.ts'
import type { AccountId } from '../accounts/account.ts'
import { noteStudies } from '../accounts/account-versions.repository.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import type { DatabaseKind, Db } from '../storage/storage.ts'
import { type NewStudy, type OwnStudy, ownSettled, seenStart, withEnd } from './own/own-study.ts'
import { decideEdit, type StudyEdit } from './own/study-edit.ts'
import { findOwnStudy, findRunning } from './study.repository.ts'
import { decideEnd, decideStart, endByService, type Rules, type StudyId } from './study.ts'
import { logChanges } from './study-changes.repository.ts'
import { addToCounters } from './study-counter.repository.ts'
import { type CounterDelta, runningDelta, startDeltas } from './study-counter.ts'
import { deleteStudy, insertStudy, updateStudy } from './study-writes.repository.ts'

/**
 * The transaction of a write, its account, and the rules with the current time. Every use case that writes records is a
 * step here that can run in any transaction.
 */
export interface StudyWrite {
  tx: Db
  kind: DatabaseKind
  accountId: AccountId
  rules: Rules
  followers: readonly StudyFollower[]
}

/** Called within the transaction of each write, for what is derived from records. */
export type StudyFollower = (tx: Db, written: WrittenStudies) => MaybePromise<void>

/** What a write did to the records of an account, whose row is locked. */
export interface WrittenStudies {
  accountId: AccountId
  /** Whether the account's records are hidden from everyone else. */
  hidden: boolean
  /** What the account's daily totals were computed with, if they stood for everything before this write. */
  totalsBasis: string | undefined
  now: EpochSeconds
  /** In the order in which they were stored. */
  changes: { before: OwnStudy | undefined; after: OwnStudy | undefined }[]
}

export interface StudyTexts {
  subject?: string | null | undefined
  note?: string | null | undefined
}

/**
 * @param startedAt if undefined, the record starts now
 * @throws DomainError as `decideStart`; `unauthorized` if the account was removed after its credentials were checked
 */
export async function startIn(
  write: StudyWrite,
  startedAt: EpochSeconds | undefined,
  { subject, note }: StudyTexts,
): Promise<OwnStudy> {
  const { tx, kind, accountId, rules } = write
  await lockAccount(tx, accountId, kind)
  const running = await findRunning(tx, accountId)
  const decision = decideStart(running, startedAt, rules)
  const started: NewStudy = {
    accountId,
    startedAt: decision.startedAt,
    end: undefined,
    heartbeatAt: undefined,
    subject: subject ?? undefined,
    note: note ?? undefined,
    seenFrom: seenStart(decision.startedAt, rules.now),
    seenTo: undefined,
  }
  const after = decision.end ? withEnd(started, decision.end, rules.now) : started
  const changes: StudyChange[] = [{ before: undefined, after }]
  if (running && decision.runningEnd)
    changes.unshift({ before: running, after: withEnd(running, decision.runningEnd, rules.now) })
  const id = (await writeChanges(write, changes)).at(-1) as StudyId
  return { ...after, id }
}

/** @throws DomainError as `decideEnd`, `forbidden`, `not-found` */
export async function endIn(write: StudyWrite, id: StudyId, endedAt?: EpochSeconds): Promise<OwnStudy> {
  return endStudyIn(write, await getOwnStudy(write, id), endedAt)
}

/** @throws DomainError as `decideEnd`, `no-running-study` */
export async function endRunningIn(write: StudyWrite, endedAt?: EpochSeconds): Promise<OwnStudy> {
  await lockAccount(write.tx, write.accountId, write.kind)
  const running = await findRunning(write.tx, write.accountId)
  if (running === undefined || endByService(running, write.rules)) throw new DomainError('no-running-study')
  return endStudyIn(write, running, endedAt)
}

async function endStudyIn(write: StudyWrite, study: OwnStudy, endedAt?: EpochSeconds): Promise<OwnStudy> {
  const end = decideEnd(study, endedAt, write.rules)
  if (end === study.end) return study
  return replace(write, study, withEnd(ownSettled(study, write.rules), end, write.rules.now))
}

/** @throws DomainError as `decideEdit`, `forbidden`, `not-found` */
export async function editIn(write: StudyWrite, id: StudyId, edit: StudyEdit): Promise<OwnStudy> {
  const study = await getOwnStudy(write, id)
  const edited = decideEdit(ownSettled(study, write.rules), edit, write.rules)
  return replace(write, study, edited)
}

/** @throws DomainError `forbidden`, `not-found` */
export async function removeIn(write: StudyWrite, id: StudyId): Promise<void> {
  await writeChanges(write, [{ before: await getOwnStudy(write, id), after: undefined }])
}

/** Ends an overdue record, if it still exists and is still overdue. */
export async function endOverdueIn(write: StudyWrite, id: StudyId): Promise<void> {
  await lockAccount(write.tx, write.accountId, write.kind)
  const found = await findOwnStudy(write.tx, id)
  if (found) await replace(write, found.study, ownSettled(found.study, write.rules))
}

/**
 * For everyone except the owner, hidden records look like records that do not exist.
 * @throws DomainError `forbidden`, `not-found`
 */
async function getOwnStudy({ tx, kind, accountId }: StudyWrite, id: StudyId): Promise<OwnStudy> {
  await lockAccount(tx, accountId, kind)
  const found = await findOwnStudy(tx, id)
  if (found?.study.accountId === accountId) return found.study
  throw new DomainError(found === undefined || found.hidden ? 'not-found' : 'forbidden')
}

async function replace(write: StudyWrite, before: OwnStudy, after: OwnStudy): Promise<OwnStudy> {
  if (isSame(before, after)) return before
  await writeChanges(write, [{ before, after }])
  return after
}

function isSame({ end, ...before }: OwnStudy, { end: endAfter, ...after }: OwnStudy): boolean {
  const names = Object.keys(before) as (keyof typeof before)[]
  return (
    end?.at === endAfter?.at && end?.cause === endAfter?.cause && names.every((name) => before[name] === after[name])
  )
}

/** A new record has no `before`, a removed one has no `after`. */
export type StudyChange =
  | { before: OwnStudy; after: OwnStudy }
  | { before: undefined; after: NewStudy }
  | { before: OwnStudy; after: undefined }

/**
 * All writes to records go through this function, in this order, for an account whose row is locked. Each write gets
 * its own version, and the counts stay correct. Returns the id of each record.
 * @throws DomainError `unauthorized` if the account no longer exists
 */
async function writeChanges(
  { tx, accountId, rules, followers }: StudyWrite,
  changes: StudyChange[],
): Promise<StudyId[]> {
  const added = changes.reduce((sum, { before, after }) => sum + (after ? 1 : 0) - (before ? 1 : 0), 0)
  const noted = await noteStudies(tx, accountId, { added, written: changes.length })
  if (noted === undefined) throw new DomainError('unauthorized')
  const ids: StudyId[] = []
  for (const change of changes) ids.push(await writeChange(tx, change))
  const first = noted.studyVersion - changes.length + 1
  const changedAt = rules.now
  logChanges(
    tx,
    ids.map((studyId, at) => ({ accountId, version: first + at, studyId, changedAt })),
  )
  if (!noted.hidden) addToCounters(tx, changes.flatMap(deltasOf))
  const stored = changes.map(({ before, after }, at) => ({
    before,
    after: after && { ...after, id: ids[at] as StudyId },
  }))
  const { hidden, totalsBasis } = noted
  const written = { accountId, hidden, totalsBasis, now: rules.now, changes: stored }
  for (const follow of followers) {
    const following = follow(tx, written)
    if (following instanceof Promise) await following
  }
  return ids
}

async function writeChange(tx: Db, { before, after }: StudyChange): Promise<StudyId> {
  if (before === undefined) return insertStudy(tx, after)
  if (after === undefined) await deleteStudy(tx, before.id)
  else await updateStudy(tx, before, after)
  return before.id
}

function deltasOf({ before, after }: StudyChange): CounterDelta[] {
  const moved = before?.startedAt !== after?.startedAt
  const running = (after && !after.end ? 1 : 0) - (before && !before.end ? 1 : 0)
  return [
    ...(before && moved ? startDeltas(before.startedAt, -1) : []),
    ...(after && moved ? startDeltas(after.startedAt, 1) : []),
    ...(running === 0 ? [] : [runningDelta(running)]),
  ]
}
