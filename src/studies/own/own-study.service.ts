import { findAccount } from '../../accounts/account.repository.ts'
import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Page } from '../../shared/page.ts'
import type { Storage, Transact } from '../../storage/storage.ts'
import type { StudyListRequest } from '../list/study-list.ts'
import { pageOwnStudies } from '../list/study-page.repository.ts'
import { findRunning } from '../study.repository.ts'
import type { StudyService } from '../study.service.ts'
import { endByService, type StudyId } from '../study.ts'
import { editIn, endRunningIn, removeIn } from '../study-writes.service.ts'
import { type OwnStudy, ownSettled } from './own-study.ts'
import type { StudyEdit } from './study-edit.ts'

export interface OwnStudyServiceDeps {
  storage: Storage
  studies: StudyService
}

export type OwnStudyService = ReturnType<typeof createOwnStudyService>

/** An account's operations on its own records. */
export function createOwnStudyService({ storage, studies }: OwnStudyServiceDeps) {
  /** @throws DomainError `no-running-study` */
  function getRunning(accountId: AccountId): MaybePromise<OwnStudy> {
    return andThen(findRunning(storage.db, accountId), (running) => {
      if (running === undefined || endByService(running, studies.rules())) throw new DomainError('no-running-study')
      return running
    })
  }

  /** @throws DomainError `no-running-study`, and as `decideEnd` */
  function endRunning(accountId: AccountId, endedAt?: EpochSeconds, transact?: Transact<OwnStudy>): Promise<OwnStudy> {
    return studies.write(accountId, (write) => endRunningIn(write, endedAt), transact)
  }

  /** @throws DomainError `forbidden`, `not-found`, and as `decideEdit` */
  function editStudy(
    accountId: AccountId,
    id: StudyId,
    edit: StudyEdit,
    transact?: Transact<OwnStudy>,
  ): Promise<OwnStudy> {
    return studies.write(accountId, (write) => editIn(write, id, edit), transact)
  }

  /** @throws DomainError `forbidden`, `not-found` */
  function removeStudy(accountId: AccountId, id: StudyId, transact?: Transact<void>): Promise<void> {
    return studies.write(accountId, (write) => removeIn(write, id), transact)
  }

  async function listOwnStudies(accountId: AccountId, request: StudyListRequest): Promise<Page<OwnStudy>> {
    if (request.filter.running !== undefined) await studies.endOverdue()
    const account = await findAccount(storage.db, accountId)
    const page = await pageOwnStudies(storage.db, request, () => account?.studyCount ?? 0)
    return { ...page, items: page.items.map((study) => ownSettled(study, studies.rules())) }
  }

  return { getRunning, endRunning, editStudy, removeStudy, listOwnStudies }
}
