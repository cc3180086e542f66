import { findAccount, lockAccount, noteStudies } from '../accounts/account.repository.ts'
import type { Account, AccountId } from '../accounts/account.ts'
import { type Clock, clockSkew, type EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Page, PageRequest } from '../shared/page.ts'
import type { Db, Storage } from '../storage/storage.ts'
import { createPageCache } from './page-cache.ts'
import { findRunning, findRunningOutside, findStudy, insertStudy, updateEnd } from './study.repository.ts'
import { decideEnd, decideStart, endByService, type Rules, type Study, type StudyEnd, type StudyId } from './study.ts'
import { addToCounters, countAll } from './study-counter.repository.ts'
import { runningDelta, startDeltas } from './study-counter.ts'
import type { StudyListRequest } from './study-list.ts'
import { pageStudies } from './study-page.repository.ts'

export interface StudyServiceDeps {
  storage: Storage
  clock: Clock
  maxHours: number
}

export type StudyService = ReturnType<typeof createStudyService>

const sweepSize = 200

export function createStudyService({ storage, clock, maxHours }: StudyServiceDeps) {
  const pages = createPageCache()
  const rules = (): Rules => ({ now: clock.now(), limit: Math.max(1, Math.round(maxHours * 3600)) })

  /** A record that the service ends is over, whether or not the sweep has come by. */
  function settled(study: Study): Study {
    const end = settledEnd(study)
    return end === study.end ? study : { ...study, end }
  }

  function settledEnd({ startedAt, end }: Study): StudyEnd | undefined {
    return end ?? endByService(startedAt, rules())
  }

  function getStudy(id: StudyId): MaybePromise<Study> {
    return andThen(findStudy(storage.db, id), (study) => {
      if (study === undefined) throw new DomainError('not-found')
      return settled(study)
    })
  }

  async function startStudy(accountId: AccountId, startedAt?: EpochSeconds): Promise<Study> {
    return storage.write(async (tx) => {
      await lockAccount(tx, accountId, storage.kind)
      const running = await findRunning(tx, accountId)
      const decision = decideStart(running, startedAt, rules())
      if (running && decision.runningEnd) await updateEnd(tx, running.id, decision.runningEnd)
      const study = await insertStudy(tx, { accountId, startedAt: decision.startedAt, end: decision.end })
      await noteStudies(tx, accountId, 1)
      const nowRunning = (study.end ? 0 : 1) - (running && decision.runningEnd ? 1 : 0)
      addToCounters(tx, [...startDeltas(study.startedAt, 1), runningDelta(nowRunning)])
      return study
    })
  }

  function endStudy(accountId: AccountId, id: StudyId, endedAt?: EpochSeconds): Promise<Study> {
    return decideEndOf(accountId, id, (study) => decideEnd(study, endedAt, rules()))
  }

  async function decideEndOf(
    accountId: AccountId,
    id: StudyId,
    decide: (study: Study) => StudyEnd | undefined,
  ): Promise<Study> {
    return storage.write(async (tx) => {
      const owner = await findStudy(tx, id)
      if (owner === undefined) throw new DomainError('not-found')
      if (owner.accountId !== accountId) throw new DomainError('forbidden')
      await lockAccount(tx, accountId, storage.kind)
      const study = await findStudy(tx, id)
      if (study === undefined) throw new DomainError('not-found')
      const end = decide(study)
      if (end && end !== study.end) await putEnd(tx, study, end)
      return { ...study, end }
    })
  }

  /** Ends what was left running too long, or starts in the future; answers how many records that were. */
  async function endOverdue(): Promise<number> {
    for (let ended = 0; ; ) {
      const { now, limit } = rules()
      const overdue = await findRunningOutside(storage.db, { after: now - limit, until: now + clockSkew }, sweepSize)
      // The clock is asked again: what it ends no longer is left alone.
      await Promise.all(overdue.map(({ id, accountId }) => decideEndOf(accountId, id, settledEnd)))
      ended += overdue.length
      if (overdue.length < sweepSize) return ended
    }
  }

  function listStudies(request: StudyListRequest): MaybePromise<Page<Study>> {
    return pageOf(request, () => countAll(storage.db))
  }

  /** @throws DomainError `not-found` */
  function listStudiesOf(accountId: AccountId, request: StudyListRequest): MaybePromise<Page<Study>> {
    return andThen(getAccount(accountId), ({ studyCount }) => pageOf(request, () => studyCount))
  }

  /**
   * As `listStudiesOf`, made into a text that is kept while the account's records stay as they are.
   * @param key what the text depends on besides the account's records and `origin`
   */
  function writePageOf(
    accountId: AccountId,
    request: PageRequest,
    key: string,
    origin: string,
    write: (page: Page<Study>) => string,
  ): MaybePromise<string> {
    return andThen(getAccount(accountId), ({ studyCount, studyVersion: version }) => {
      const { now, limit } = rules()
      const kept = pages.recall(key, origin, version, now)
      if (kept !== undefined) return kept
      return andThen(
        pageOf({ ...request, filter: { accountId } }, () => studyCount),
        (page) => {
          const text = write(page)
          const ends = page.items.map(({ startedAt, end }) => (end ? Number.POSITIVE_INFINITY : startedAt + limit))
          pages.keep(key, { version, origin, text }, now, Math.min(...ends))
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
    return andThen(page, ({ items, ...rest }) => ({ ...rest, items: items.map(settled) }))
  }

  return { getStudy, listStudies, listStudiesOf, writePageOf, startStudy, endStudy, endOverdue }
}

async function putEnd(tx: Db, study: Study, end: StudyEnd): Promise<void> {
  await updateEnd(tx, study.id, end)
  await noteStudies(tx, study.accountId, 0)
  if (study.end === undefined) addToCounters(tx, [runningDelta(-1)])
}
