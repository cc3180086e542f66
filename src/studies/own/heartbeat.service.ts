import type { AccountId } from '../../accounts/account.ts'
import { clockSkewSeconds, type EpochSeconds } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Storage } from '../../storage/storage.ts'
import { findRunning } from '../study.repository.ts'
import type { StudyService } from '../study.service.ts'
import { endByService, type StudyId } from '../study.ts'
import { updateHeartbeat } from '../study-writes.repository.ts'

export interface HeartbeatServiceDeps {
  storage: Storage
  studies: StudyService
}

export type HeartbeatService = ReturnType<typeof createHeartbeatService>

const accountsPerFlush = 500

/**
 * Heartbeats cost no write each: they are collected, and the background jobs write them every second. A heartbeat is
 * written immediately if the last stored one has reached half of the idle time, so that no process ends the record in
 * the meantime.
 */
export function createHeartbeatService({ storage, studies }: HeartbeatServiceDeps) {
  let gathered = new Map<StudyId, EpochSeconds>()

  /** @throws DomainError `no-running-study` */
  function beat(accountId: AccountId): MaybePromise<void> {
    return andThen(findRunning(storage.db, accountId), (running) => {
      const rules = studies.rules()
      if (running === undefined || endByService(running, rules)) throw new DomainError('no-running-study')
      const { id, heartbeatAt } = running
      if (heartbeatAt !== undefined && rules.now - heartbeatAt >= rules.idle / 2) return store(id, rules.now)
      gathered.set(id, rules.now)
    })
  }

  async function store(id: StudyId, at: EpochSeconds): Promise<void> {
    if (!(await storage.write((tx) => updateHeartbeat(tx, id, at, at + clockSkewSeconds))))
      throw new DomainError('no-running-study')
  }

  /** Writes the collected heartbeats. Those that could not be written are kept for the next call. */
  async function flush(): Promise<void> {
    // Always in the same order, so that two processes that lock the same rows do not deadlock.
    const left = [...gathered].sort(([one], [other]) => one - other)
    gathered = new Map()
    const latest = studies.rules().now + clockSkewSeconds
    try {
      while (left.length > 0) {
        const some = left.slice(0, accountsPerFlush)
        await storage.write(async (tx) => {
          for (const [id, at] of some) await updateHeartbeat(tx, id, at, latest)
        })
        left.splice(0, accountsPerFlush)
      }
    } catch (error) {
      for (const [id, at] of left) if (!gathered.has(id)) gathered.set(id, at)
      throw error
    }
  }

  return { beat, flush }
}
