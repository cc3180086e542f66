import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { AccountId } from '../../accounts/account.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Storage } from '../../storage/storage.ts'
import { findNewestStudyId, findStudying, findStudyingOf } from '../live.repository.ts'
import type { LiveCounts } from '../live.service.ts'
import { type LiveStudent, type ShownStudent, shown } from '../live-student.ts'
import { createEventHistory, type Numbered } from './event-history.ts'
import type { LiveSignals } from './live-signals.service.ts'
import { createRoster, type RosterChange } from './roster.ts'
import { createScanTimes } from './scan-times.ts'

export interface LiveEvent {
  type: 'start' | 'end'
  student: ShownStudent
}

export interface FeedListener {
  onEvents(events: Numbered<LiveEvent>[]): void
  onCounts(counts: LiveCounts): void
}

export type EventHistory = Pick<ReturnType<typeof createEventHistory<LiveEvent>>, 'after' | 'idAt' | 'latest'>

export interface FollowingDeps {
  storage: Storage
  clock: Clock
  signals: LiveSignals
  keyOf: (student: LiveStudent) => string
  readCounts(): Promise<LiveCounts>
  /** Called when reading the database failed. It is retried. */
  onError(error: unknown): void
}

/** The minimum time between two counts that are sent. */
const tickMs = 1000
const historySize = 2000
const accountsPerRead = 400
const recordsPerScanRead = 500

export function startFollowing(deps: FollowingDeps, listeners: ReadonlySet<FeedListener>) {
  const { storage, clock, signals, keyOf, readCounts, onError } = deps
  const history = createEventHistory<LiveEvent>(randomBytes(6).toString('base64url'), clock.now(), historySize)
  const roster = createRoster()
  const pending = new Set<AccountId>()
  const scans = createScanTimes()
  let counts: LiveCounts = { studying: 0, todaySeconds: 0, now: 0 }
  let newest = 0
  let isTickDue = false
  let round: Promise<void> | undefined
  let isStopped = false

  const unsubscribe = signals.subscribe({
    onSignal: (ids) => {
      for (const id of ids) pending.add(id)
      wake()
    },
    onChange: (isComplete) => {
      scans.onChange(isComplete)
      wake()
    },
  })
  const timer = setInterval(() => {
    isTickDue = true
    wake()
  }, tickMs).unref()
  round = begin()
  const ready = round.finally(next)
  // Callers that wait for it get the error.
  ready.catch(() => undefined)

  /** Reads who studies already, without announcing anyone. */
  async function begin(): Promise<void> {
    await scan()
    counts = await readCounts()
  }

  function wake(): void {
    if (!isStopped) round ??= work().catch(onError).finally(next)
  }

  function next(): void {
    round = undefined
    if (pending.size > 0) wake()
  }

  async function work(): Promise<void> {
    while (pending.size > 0) {
      const ids = [...pending].slice(0, accountsPerRead)
      for (const id of ids) pending.delete(id)
      await findStudyingOf(storage.db, ids).then(
        (found) => {
          newest = Math.max(newest, ...found.map(({ id }) => id))
          announce(roster.update(ids, found))
        },
        (error) => {
          scans.demand()
          throw error
        },
      )
    }
    if (isTickDue) await tick()
    if (!scans.isDue()) return
    try {
      announce(await scan())
    } catch (error) {
      scans.demand()
      throw error
    }
  }

  async function tick(): Promise<void> {
    isTickDue = false
    const read = await readCounts()
    const newestNow = await findNewestStudyId(storage.db)
    scans.compare(read.studying === roster.size() && newestNow === newest)
    const isSame = read.studying === counts.studying && read.todaySeconds === counts.todaySeconds
    counts = read
    if (isSame) return
    for (const listener of listeners) listener.onCounts(read)
  }

  /** Reads all running records, in pieces that leave the process time for other work. */
  async function scan(): Promise<RosterChange[]> {
    const end = scans.begin()
    newest = await findNewestStudyId(storage.db)
    const found = new Map<AccountId, LiveStudent>()
    for (let last: LiveStudent | undefined; ; ) {
      const position = last && { startedAt: last.startedAt, id: last.id }
      const some = await findStudying(storage.db, { order: 'asc', position, limit: recordsPerScanRead })
      for (const student of some) found.set(student.accountId, student)
      last = some.at(-1)
      if (some.length < recordsPerScanRead) break
      await setImmediate()
    }
    end()
    return roster.replace(found)
  }

  function announce(changes: RosterChange[]): void {
    if (changes.length === 0) return
    const now = clock.now()
    const events = changes.map(({ type, student }) => history.add({ type, student: shown(student, keyOf) }, now))
    for (const listener of listeners) listener.onEvents(events)
  }

  function stop(): void {
    isStopped = true
    clearInterval(timer)
    unsubscribe()
  }

  return { ready, history, latestCounts: () => counts, stop }
}
