import { findAccount } from '../accounts/account.repository.ts'
import { type Account, type AccountId, isHidden } from '../accounts/account.ts'
import { type Clock, clockSkewSeconds, type EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Page, PageRequest } from '../shared/page.ts'
import type { Storage, Transact } from '../storage/storage.ts'
import { storeNotes } from './account-write.service.ts'
import { createPageCache } from './list/page-cache.ts'
import { countAll } from './list/study-counter.repository.ts'
import type { StudyListRequest } from './list/study-list.ts'
import { pageStudies } from './list/study-page.repository.ts'
import { findOverdue, findStudy } from './study.repository.ts'
import { endsBy, type Rules, type Study, type StudyId, settled } from './study.ts'
import {
  endIn,
  endOverdueIn,
  type StudyFollower,
  type StudyTexts,
  type StudyWrite,
  startIn,
} from './study-writes.service.ts'

export interface StudyServiceDeps {
  storage: Storage
  clock: Clock
  maxHours: number
  idleMinutes: number
  followers?: StudyFollower[]
}

export type StudyService = ReturnType<typeof createStudyService>

/** How to write a page as text. */
interface PageText {
  caller: AccountId
  /** Identifies everything that the text depends on besides the account's records and `origin`. */
  key: string
  origin: string
  write: (page: Page<Study>) => string
}

const recordsPerSweep = 200
const nothing: Page<Study> = { items: [], count: 0, next: undefined, prev: undefined }

export function createStudyService({ storage, clock, maxHours, idleMinutes, followers = [] }: StudyServiceDeps) {
  const pages = createPageCache()
  const [limit, idle] = [wholeSeconds(maxHours * 3600), wholeSeconds(idleMinutes * 60)]
  const rules = (): Rules => ({ now: clock.now(), limit, idle })

  /** Runs steps of `study-writes.service.ts` in a transaction of their own, or in that of `transact`. */
  function write<T>(
    accountId: AccountId,
    step: (write: StudyWrite) => Promise<T>,
    transact: Transact<T> = storage.write,
  ): Promise<T> {
    return transact(async (tx) => {
      const write: StudyWrite = { tx, accountId, rules: rules(), followers }
      const result = await step(write)
      await storeNotes(write)
      return result
    })
  }

  /** Returns the record if `caller` may see it. @throws DomainError `not-found` */
  function getStudy(id: StudyId, caller: AccountId): MaybePromise<Study> {
    return andThen(findStudy(storage.db, id), (found) => {
      if (found === undefined || (found.hidden && found.study.accountId !== caller)) throw new DomainError('not-found')
      return settled(found.study, rules())
    })
  }

  function startStudy(
    accountId: AccountId,
    startedAt?: EpochSeconds,
    texts: StudyTexts = {},
    transact?: Transact<Study>,
  ): Promise<Study> {
    return write(accountId, (write) => startIn(write, startedAt, texts), transact)
  }

  function endStudy(
    accountId: AccountId,
    id: StudyId,
    endedAt?: EpochSeconds,
    transact?: Transact<Study>,
  ): Promise<Study> {
    return write(accountId, (write) => endIn(write, id, endedAt), transact)
  }

  /**
   * Ends records that were left running: past the limit, without heartbeats for too long, or started in the future.
   * Returns their number.
   */
  async function endOverdue(): Promise<number> {
    for (let ended = 0; ; ) {
      const now = clock.now()
      const due = { startedUntil: now - limit, startedAfter: now + clockSkewSeconds, silentSince: now - idle }
      const overdue = await findOverdue(storage.db, due, recordsPerSweep)
      // Each write reads the clock again and leaves records alone that are no longer overdue.
      await Promise.all(overdue.map(({ id, accountId }) => write(accountId, (write) => endOverdueIn(write, id))))
      ended += overdue.length
      if (overdue.length < recordsPerSweep) return ended
    }
  }

  function listStudies(request: StudyListRequest): MaybePromise<Page<Study>> {
    return pageOf(request, () => countAll(storage.db))
  }

  /** Lists the records that `caller` may see. @throws DomainError `not-found` */
  function listStudiesOf(
    accountId: AccountId,
    request: StudyListRequest,
    caller: AccountId,
  ): MaybePromise<Page<Study>> {
    return andThen(getAccount(accountId), (account) => {
      if (isHidden(account) && accountId !== caller) return nothing
      return pageOf(request, () => account.studyCount)
    })
  }

  /** Like `listStudiesOf`, but returns text, which is cached while the account's records do not change. */
  function writePageOf(
    accountId: AccountId,
    request: PageRequest,
    { caller, key, origin, write }: PageText,
  ): MaybePromise<string> {
    return andThen(getAccount(accountId), (account) => {
      // Must precede the cache, which contains what the owner may see.
      if (isHidden(account) && accountId !== caller) return write(nothing)
      const { studyCount, studyVersion: version } = account
      const now = clock.now()
      const cached = pages.get(key, origin, version, now)
      if (cached !== undefined) return cached
      return andThen(
        pageOf({ ...request, filter: { accountId } }, () => studyCount),
        (page) => {
          const text = write(page)
          const ends = page.items.map((study) =>
            study.end ? Number.POSITIVE_INFINITY : endsBy(study, { limit, idle }),
          )
          pages.set(key, { version, origin, text }, now, Math.min(...ends))
          return text
        },
      )
    })
  }

  function getAccount(id: AccountId): MaybePromise<Account> {
    return andThen(findAccount(storage.db, id), (account) => {
      if (account === undefined) throw new DomainError('not-found')
      return account
    })
  }

  function pageOf(request: StudyListRequest, total: () => MaybePromise<number>): MaybePromise<Page<Study>> {
    const whole = request.filter.running === undefined ? undefined : endOverdue()
    const page = andThen(whole, () => pageStudies(storage.db, request, total))
    return andThen(page, ({ items, ...rest }) => {
      const at = rules()
      return { ...rest, items: items.map((study) => settled(study, at)) }
    })
  }

  return { getStudy, listStudies, listStudiesOf, writePageOf, startStudy, endStudy, endOverdue, write, rules }
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.round(seconds))
}
