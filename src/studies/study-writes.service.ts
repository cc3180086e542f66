import type { AccountId } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import type { Db } from '../storage/storage.ts'
import { type AccountWrite, type LockedAccount, lock, lockIfThere } from './account-write.service.ts'
import { addToCounters } from './list/study-counter.repository.ts'
import { changeDeltas } from './list/study-counter.ts'
import { isSame, type NewStudy, type OwnStudy, ownSettled, seenStart, withEnd } from './own/own-study.ts'
import { decideEdit, type StudyEdit } from './own/study-edit.ts'
import { findOwnStudy, findRunning } from './study.repository.ts'
import { decideEnd, decideRecord, decideStart, endByService, type Rules, type StudyId } from './study.ts'
import { deleteStudy, insertStudy, updateStudy } from './study-writes.repository.ts'

/**
 * The transaction of a write, its account, and the rules with the current time. Every use case that writes records is a
 * step here that can run in any transaction.
 */
export interface StudyWrite extends AccountWrite {
  rules: Rules
  followers: readonly StudyFollower[]
}

/** Called within the transaction of each write, for what is derived from records. */
export type StudyFollower = (tx: Db, written: WrittenStudies) => MaybePromise<void>

/** What a write did to the records of an account, whose row is locked. */
export interface WrittenStudies {
  accountId: AccountId
  /** As it was before this write. A follower that finds out `totalsBasis` or `latestEnd` sets it for later writes. */
  account: Pick<LockedAccount, 'hidden' | 'totalsBasis' | 'latestEnd'>
  /** In the order in which they were stored. */
  changes: StoredChange[]
}

export interface StoredChange {
  before: OwnStudy | undefined
  after: OwnStudy | undefined
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
  texts: StudyTexts,
): Promise<OwnStudy> {
  const { tx, accountId, rules } = write
  await lock(write)
  const running = await findRunning(tx, accountId)
  const decision = decideStart(running, startedAt, rules)
  const started = newStudy(write, decision.startedAt, texts)
  const after = decision.end ? withEnd(started, decision.end, rules) : started
  const changes: StudyChange[] = [{ before: undefined, after }]
  if (running && decision.runningEnd)
    changes.unshift({ before: running, after: withEnd(running, decision.runningEnd, rules) })
  const stored = await writeChanges(write, changes)
  return stored.at(-1)?.after as OwnStudy
}

/**
 * Adds a whole past record. The running one goes on: overlapping time is counted once.
 * @throws DomainError as `decideRecord`; `unauthorized` as `startIn`
 */
export async function recordIn(
  write: StudyWrite,
  startedAt: EpochSeconds,
  endedAt: EpochSeconds,
  texts: StudyTexts,
): Promise<OwnStudy> {
  const end = decideRecord(startedAt, endedAt, write.rules)
  await lock(write)
  const after = withEnd(newStudy(write, startedAt, texts), end, write.rules)
  const [stored] = await writeChanges(write, [{ before: undefined, after }])
  return stored?.after as OwnStudy
}

function newStudy({ accountId, rules }: StudyWrite, startedAt: EpochSeconds, { subject, note }: StudyTexts): NewStudy {
  return {
    accountId,
    startedAt,
    end: undefined,
    heartbeatAt: undefined,
    subject: subject ?? undefined,
    note: note ?? undefined,
    seenFrom: seenStart(startedAt, rules),
    seenTo: undefined,
  }
}

/** @throws DomainError as `decideEnd`, `forbidden`, `not-found` */
export async function endIn(write: StudyWrite, id: StudyId, endedAt?: EpochSeconds): Promise<OwnStudy> {
  return endStudyIn(write, await getOwnStudy(write, id), endedAt)
}

/** @throws DomainError as `decideEnd`, `no-running-study` */
export async function endRunningIn(write: StudyWrite, endedAt?: EpochSeconds): Promise<OwnStudy> {
  await lock(write)
  const running = await findRunning(write.tx, write.accountId)
  if (running === undefined || endByService(running, write.rules)) throw new DomainError('no-running-study')
  return endStudyIn(write, running, endedAt)
}

async function endStudyIn(write: StudyWrite, study: OwnStudy, endedAt?: EpochSeconds): Promise<OwnStudy> {
  const end = decideEnd(study, endedAt, write.rules)
  if (end === study.end) return study
  return replace(write, study, withEnd(ownSettled(study, write.rules), end, write.rules))
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
  if ((await lockIfThere(write)) === undefined) return
  const found = await findOwnStudy(write.tx, id)
  if (found) await replace(write, found.study, ownSettled(found.study, write.rules))
}

/**
 * For everyone except the owner, hidden records look like records that do not exist.
 * @throws DomainError `forbidden`, `not-found`
 */
async function getOwnStudy(write: StudyWrite, id: StudyId): Promise<OwnStudy> {
  await lock(write)
  const found = await findOwnStudy(write.tx, id)
  if (found?.study.accountId === write.accountId) return found.study
  throw new DomainError(found === undefined || found.hidden ? 'not-found' : 'forbidden')
}

async function replace(write: StudyWrite, before: OwnStudy, after: OwnStudy): Promise<OwnStudy> {
  if (isSame(before, after)) return before
  await writeChanges(write, [{ before, after }])
  return after
}

/** A new record has no `before`, a removed one has no `after`. */
export type StudyChange =
  | { before: OwnStudy; after: OwnStudy }
  | { before: undefined; after: NewStudy }
  | { before: OwnStudy; after: undefined }

/**
 * All writes to records go through this function. Each gets the account's next version, and the counts stay correct.
 * @throws DomainError `unauthorized` if the account no longer exists
 */
async function writeChanges(write: StudyWrite, changes: StudyChange[]): Promise<StoredChange[]> {
  const { tx, accountId, followers } = write
  const account = await lock(write)
  const stored: StoredChange[] = []
  for (const change of changes) stored.push(await writeChange(write, change, account))
  if (!account.hidden) addToCounters(tx, changes.flatMap(changeDeltas))
  for (const follow of followers) {
    const following = follow(tx, { accountId, account, changes: stored })
    if (following instanceof Promise) await following
  }
  raiseLatestEnd(account, stored)
  return stored
}

function raiseLatestEnd(account: LockedAccount, changes: StoredChange[]): void {
  if (account.latestEnd === undefined) return
  for (const { after } of changes) account.latestEnd = Math.max(account.latestEnd, after?.end?.at ?? account.latestEnd)
}

async function writeChange(
  { tx, accountId, rules }: StudyWrite,
  { before, after }: StudyChange,
  account: LockedAccount,
): Promise<StoredChange> {
  account.studyVersion += 1
  account.written += 1
  const version = account.studyVersion
  if (before === undefined) {
    account.added += 1
    return { before, after: { ...after, id: await insertStudy(tx, after, version) } }
  }
  if (after === undefined) {
    account.added -= 1
    await deleteStudy(tx, before.id, { accountId, version, changedAt: rules.now })
  } else await updateStudy(tx, before, after, version)
  return { before, after }
}
