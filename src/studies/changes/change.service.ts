import { lockAccount } from '../../accounts/account.repository.ts'
import type { AccountId } from '../../accounts/account.ts'
import type { Clock } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import type { Storage } from '../../storage/storage.ts'
import { ownSettled } from '../own/own-study.ts'
import { toOwnStudy } from '../study.repository.ts'
import type { StudyService } from '../study.service.ts'
import { rowsMatching } from '../study-rows.repository.ts'
import { changedWithin, findOldChanges, findVersionBounds, forgetChanges, readStudies } from './change.repository.ts'
import { type Change, type ChangeCursor, type ChangePage, isCovered, type VersionBounds } from './change.ts'

export interface ChangeServiceDeps {
  storage: Storage
  studies: StudyService
  clock: Clock
}

export type ChangeService = ReturnType<typeof createChangeService>

/** How long entries of removed records are kept. */
export const changeLifetimeSeconds = 90 * 86_400
const changesPerDeletion = 500

export function createChangeService({ storage, studies, clock }: ChangeServiceDeps) {
  const { db } = storage

  /**
   * Returns one page of the records changed since `since`, each once, in its current state. Without `since`, or if
   * entries after it were deleted, returns a page of all records.
   */
  async function listChanges(
    accountId: AccountId,
    since: ChangeCursor | undefined,
    limit: number,
  ): Promise<ChangePage> {
    const page = since?.accountId === accountId ? await pageAfter(since, limit) : undefined
    if (page) return page
    const { version } = await boundsOf(accountId)
    return { ...(await walk({ accountId, version }, limit)), reset: since !== undefined }
  }

  /** Undefined if entries after the cursor were deleted. */
  async function pageAfter(since: ChangeCursor, limit: number): Promise<ChangePage | undefined> {
    const page = await (since.walked ? walk(since, limit) : laterChanges(since, limit))
    // Read last: entries that are deleted after this read were still there when the page was read.
    return isCovered(since, await boundsOf(since.accountId)) ? page : undefined
  }

  async function walk(cursor: ChangeCursor, limit: number): Promise<ChangePage> {
    const { accountId, version, walked } = cursor
    const request = { filter: { accountId }, order: 'asc', beyond: walked, limit: limit + 1 } as const
    const rows = await rowsMatching(db, 'own', request)
    const items = rows.slice(0, limit).map(toOwnStudy)
    const changes = settled(items.map((study) => ({ id: study.id, study })))
    const last = items.at(-1)
    if (last && rows.length > limit) {
      const { startedAt, id } = last
      return { changes, cursor: { accountId, version, walked: { startedAt, id } }, more: true, reset: false }
    }
    const more = (await boundsOf(accountId)).version > version
    return { changes, cursor: { accountId, version }, more, reset: false }
  }

  async function laterChanges({ accountId, version }: ChangeCursor, limit: number): Promise<ChangePage> {
    // Usually nothing has changed. A search for changes takes longer the more records there are.
    const { version: upTo } = await boundsOf(accountId)
    if (upTo === version) return { changes: [], cursor: { accountId, version }, more: false, reset: false }
    const changed = await changedWithin(db, accountId, { after: version, upTo }, limit + 1)
    const page = changed.slice(0, limit)
    const ids = page.map(({ studyId }) => studyId)
    const changes = settled(await readStudies(db, accountId, ids))
    const cursor = { accountId, version: page.at(-1)?.version ?? version }
    return { changes, cursor, more: changed.length > limit, reset: false }
  }

  function settled(changes: Change[]): Change[] {
    const rules = studies.rules()
    return changes.map(({ id, study }) => ({ id, study: study && ownSettled(study, rules) }))
  }

  /** @throws DomainError `unauthorized` if the account was removed after its credentials were checked */
  async function boundsOf(accountId: AccountId): Promise<VersionBounds> {
    const bounds = await findVersionBounds(db, accountId)
    if (bounds === undefined) throw new DomainError('unauthorized')
    return bounds
  }

  /** Deletes entries that are too old. */
  async function deleteOld(): Promise<void> {
    for (;;) {
      const old = await findOldChanges(db, clock.now() - changeLifetimeSeconds, changesPerDeletion)
      for (const [accountId, own] of Map.groupBy(old, (entry) => entry.accountId)) {
        const version = Math.max(...own.map((entry) => entry.version))
        await storage.write(async (tx) => {
          await lockAccount(tx, accountId, storage.kind)
          await forgetChanges(tx, { accountId, version })
        })
      }
      if (old.length < changesPerDeletion) return
    }
  }

  return { listChanges, deleteOld }
}
