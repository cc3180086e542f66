import type { Item } from '../contract/batch-results.ts'

export interface ModelStudy {
  id: number
  start: number
  end: number | undefined
  cause: string | undefined
  subject: string | undefined
  seen: { from: number | undefined; to: number | undefined }
}

/** The content of a result: the record at that time, none for a deletion, or the code of the error. */
export type ModelResult = { study: Omit<ModelStudy, 'seen'> & { selfReported: boolean } } | 'deleted' | { code: string }

interface Kept {
  said: string
  result: ModelResult
  study: ModelStudy | undefined
}

const limit = 16 * 3600
const seconds = (time: string) => Date.parse(`${time.replace(' ', 'T')}Z`) / 1000

class Refused extends Error {}

/** A second, simple implementation of batches of a student's records. */
export class BatchModel {
  studies: ModelStudy[] = []
  #kept = new Map<string, Kept>()

  /** Created records have the ids of `ids`, in the order of their creation. */
  send(items: Item[], now: number, ids: number[]): ModelResult[] {
    const given = new Map<string, Kept>()
    return items.map((item, at) => {
      const { key, ...rest } = item
      const said = JSON.stringify(rest)
      const earlier = this.#kept.get(key)
      const corrected = earlier && isRefused(earlier.result) && earlier.said !== said
      const known = given.get(key) ?? (corrected ? undefined : earlier)
      if (known && known.said !== said) return { code: 'item-key-reused' }
      const answer = known ?? { said, ...this.#answer(item, now, ids) }
      given.set(key, answer)
      const later = items.findIndex((other) => other.key === item.record_key) > at
      if (!known && !passes(answer.result, later)) this.#kept.set(key, answer)
      return answer.result
    })
  }

  #answer(item: Item, now: number, ids: number[]): Omit<Kept, 'said'> {
    try {
      const study = this.#take(item, now)
      if (item.action === 'delete') return { result: 'deleted', study: undefined }
      const creates = item.action === 'start' || item.action === 'record'
      if (creates) study.id = ids.shift() ?? 0
      return { result: { study: shown(study) }, study: creates ? study : undefined }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return { result: { code: error.message }, study: undefined }
    }
  }

  #take(item: Item, now: number): ModelStudy {
    const start = item.start_time ? seconds(item.start_time) : undefined
    const end = item.end_time ? seconds(item.end_time) : undefined
    if (item.action === 'start') return this.start(start, now, item.subject, false)
    if (item.action === 'record') {
      const [from, to] = [start ?? 0, end ?? 0]
      for (const at of [from, to]) refuseFuture(at, now)
      const study = fresh(from, item.subject)
      close(study, within(from, to), 'student')
      this.studies.push(study)
      return study
    }
    const study = this.#named(item)
    if (item.action === 'delete') this.studies = this.studies.filter((each) => each !== study)
    else if (item.action === 'end') this.end(study, end, now, false)
    else this.#edit(study, start, end, item.subject, now)
    return study
  }

  start(at: number | undefined, now: number, subject?: string | null, live = true): ModelStudy {
    if (at !== undefined) refuseFuture(at, now)
    this.sweep(now)
    const running = this.studies.find(({ end }) => end === undefined)
    const study = fresh(at ?? Math.max(now, running?.start ?? now), subject)
    if (live && Math.abs(study.start - now) <= 60) study.seen.from = study.start
    if (running && study.start < running.start) endBetween(study, running.start)
    else if (running) endBetween(running, study.start, live && Math.abs(study.start - now) <= 60)
    this.studies.push(study)
    this.sweep(now)
    return study
  }

  end(study: ModelStudy, at: number | undefined, now: number, live = true): void {
    this.sweep(now)
    if (at === undefined) {
      const ended = Math.max(now, study.start)
      if (study.end === undefined) close(study, ended, 'student', live)
    } else {
      refuseFuture(at, now)
      close(study, within(study.start, at), 'student', live && Math.abs(at - now) <= 60)
    }
  }

  /** Ends a record that runs longer than allowed. */
  sweep(now: number): void {
    for (const study of this.studies)
      if (study.end === undefined && now - study.start >= limit) close(study, study.start + limit, 'limit')
  }

  #edit(study: ModelStudy, start = study.start, end: number | undefined, subject: Item['subject'], now: number): void {
    this.sweep(now)
    const ends = end !== undefined && end !== study.end
    if (start !== study.start) refuseFuture(start, now)
    if (ends) refuseFuture(end, now)
    const to = ends ? within(start, end) : study.end
    const kept = to !== undefined && !ends && start !== study.start ? within(start, to) : to
    if (kept === undefined && start !== study.start && now - start >= limit) throw new Refused('study-too-long')
    study.start = start
    if (ends) close(study, to as number, 'student')
    else if (kept !== undefined) study.end = kept
    if (subject !== undefined) study.subject = subject ?? undefined
  }

  #named({ id, record_key: key }: Item): ModelStudy {
    const named = key ? this.#kept.get(key)?.study : this.studies.find((each) => each.id === id)
    if (key && named === undefined) throw new Refused('record-key-unknown')
    if (named === undefined || !this.studies.includes(named)) throw new Refused('not-found')
    return named
  }
}

function fresh(start: number, subject: string | null | undefined): ModelStudy {
  const seen = { from: undefined, to: undefined }
  return { id: 0, start, end: undefined, cause: undefined, subject: subject ?? undefined, seen }
}

function close(study: ModelStudy, at: number, cause: string, seen = false): void {
  if (study.end === undefined && seen) study.seen.to = at
  study.end = at
  study.cause = cause
}

function endBetween(study: ModelStudy, next: number, seen = false): void {
  if (study.start + limit < next) close(study, study.start + limit, 'limit')
  else close(study, next, 'next-start', seen)
}

function refuseFuture(at: number, now: number): void {
  if (at > now + 60) throw new Refused('time-in-future')
}

function within(start: number, end: number): number {
  if (end < start - 60) throw new Refused('end-before-start')
  if (end > start + limit) throw new Refused('study-too-long')
  return Math.max(start, end)
}

function isRefused(result: ModelResult): result is { code: string } {
  return typeof result === 'object' && 'code' in result
}

function passes(result: ModelResult, namesLater: boolean): boolean {
  if (!isRefused(result)) return false
  return result.code === 'time-in-future' || (result.code === 'record-key-unknown' && !namesLater)
}

export function shown({ seen, ...study }: ModelStudy) {
  const { start, end } = study
  const startSeen = seen.from !== undefined && start >= seen.from
  const endSeen = end === undefined || (seen.to !== undefined && end <= seen.to)
  return { ...study, selfReported: !(startSeen && endSeen) }
}
