import { setImmediate } from 'node:timers/promises'
import type { AccountService } from '../accounts/account.service.ts'
import type { Account, AccountId, AccountSettings } from '../accounts/account.ts'
import type { SettingsService } from '../accounts/settings/settings.service.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { Storage } from '../storage/storage.ts'
import { type OwnStudy, ownSettled } from '../studies/own/own-study.ts'
import type { StudyService } from '../studies/study.service.ts'
import type { Rules, StudyId } from '../studies/study.ts'
import { findOwnStudies, listStudyIds } from './export.repository.ts'

export interface ExportServiceDeps {
  storage: Storage
  accounts: AccountService
  settings: SettingsService
  studies: StudyService
}

export type ExportService = ReturnType<typeof createExportService>

/** Everything that is stored about one account. Extend this when a feature stores more. */
export interface AccountExport {
  exportedAt: EpochSeconds
  account: Account
  settings: AccountSettings
  /** In pages, in the order of their starts. Can be read once. */
  studies: AsyncIterable<OwnStudy[]>
  /** Must be called after the last read. */
  close(): void
}

/** Small enough that reading and writing one page does not delay other requests. */
const pageSize = 200
const maxConcurrentExports = 2
const retryAfterSeconds = 5

export function createExportService({ storage, accounts, settings, studies }: ExportServiceDeps) {
  const underWay = new Map<AccountId, number>()

  /**
   * Exports the records that exist at the beginning, each once, in the state that it has when its page is read. Only
   * the ids are kept in memory, eight bytes a record. A record that is removed before its page is read is left out.
   * @throws DomainError `export-under-way`, `unauthorized` if the account was removed after its credentials were checked
   */
  async function openExport(accountId: AccountId): Promise<AccountExport> {
    const close = acquire(accountId)
    try {
      const rules = studies.rules()
      return {
        exportedAt: rules.now,
        settings: await settings.getSettings(accountId),
        account: await accounts.getAccount(accountId),
        studies: pages(accountId, await listStudyIds(storage.db, accountId), rules),
        close,
      }
    } catch (error) {
      close()
      throw error
    }
  }

  /** Call the returned function when the export has ended. @throws DomainError `export-under-way` */
  function acquire(accountId: AccountId): () => void {
    const others = underWay.get(accountId) ?? 0
    if (others >= maxConcurrentExports) throw tooMany()
    underWay.set(accountId, others + 1)
    return () => {
      const remaining = (underWay.get(accountId) ?? 1) - 1
      if (remaining === 0) underWay.delete(accountId)
      else underWay.set(accountId, remaining)
    }
  }

  async function* pages(accountId: AccountId, ids: StudyId[], rules: Rules): AsyncGenerator<OwnStudy[]> {
    for (let at = 0; at < ids.length; at += pageSize) {
      // With a fast client and SQLite's synchronous reads, other requests would get no turn.
      await setImmediate()
      const page = await findOwnStudies(storage.db, accountId, ids.slice(at, at + pageSize))
      yield page.map((study) => ownSettled(study, rules))
    }
  }

  return { openExport }
}

function tooMany(): DomainError {
  const limit = { name: 'exports', points: maxConcurrentExports }
  return new DomainError('export-under-way', {
    retryAfterSeconds,
    rateLimit: { limit, remaining: 0, resetSeconds: retryAfterSeconds },
  })
}
