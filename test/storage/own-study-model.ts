export interface ModelStudy {
  id: number
  start: number
  end: number | undefined
  cause: string | undefined
  heartbeat: number | undefined
  subject: string | undefined
  seen: { from: number | undefined; to: number | undefined }
}

export interface ModelEdit {
  start?: number | undefined
  end?: number | undefined
  subject?: string | null | undefined
}

const limit = 16 * 3600
const idle = 30 * 60
const near = (at: number, now: number) => Math.abs(at - now) <= 60

/** A second, simple implementation of the contract's rules for one student's own records. */
export class OwnStudyModel {
  studies: ModelStudy[] = []

  running(): ModelStudy | undefined {
    return this.studies.find(({ end }) => end === undefined)
  }

  /** Ends what the service ends by itself, second by second. */
  tick(now: number): void {
    const running = this.running()
    if (running === undefined) return
    if (running.heartbeat !== undefined && now - running.heartbeat >= idle)
      this.#close(running, Math.max(running.heartbeat, running.start), 'idle', now, true)
    else if (now - running.start >= limit) this.#close(running, running.start + limit, 'limit', now, false)
  }

  /** Now, or the start of the running record if that is up to a minute ahead: clocks differ. */
  start(now: number): ModelStudy {
    const running = this.running()
    const start = Math.max(now, running?.start ?? now)
    if (running) this.#close(running, start, 'next-start', now, true)
    const seen = { from: start, to: undefined }
    const study = {
      id: 0,
      start,
      end: undefined,
      cause: undefined,
      heartbeat: undefined,
      subject: undefined,
      seen,
    }
    this.studies.push(study)
    return study
  }

  beat(now: number): boolean {
    const running = this.running()
    if (running) running.heartbeat = now
    return running !== undefined
  }

  /** Returns whether it was accepted. */
  edit(study: ModelStudy, edit: ModelEdit, now: number): boolean {
    const start = edit.start ?? study.start
    const end = edit.end ?? study.end
    const moved = start !== study.start || end !== study.end
    if (moved && (start > now + 60 || (edit.end ?? 0) > now + 60)) return false
    if (moved && end !== undefined && (end < start - 60 || end - start > limit)) return false
    if (moved && end === undefined && now - start >= limit) return false
    study.start = start
    if (study.heartbeat !== undefined) study.heartbeat = Math.max(study.heartbeat, start)
    if (edit.subject !== undefined) study.subject = edit.subject ?? undefined
    if (moved && end !== undefined) {
      const cause = edit.end !== undefined && edit.end !== study.end ? 'student' : (study.cause as string)
      this.#close(study, Math.max(start, end), cause, now, near(Math.max(start, end), now))
    }
    return true
  }

  remove(study: ModelStudy): void {
    this.studies = this.studies.filter((each) => each !== study)
  }

  static isSelfReported({ start, end, seen }: ModelStudy): boolean {
    if (seen.from === undefined || start < seen.from) return true
    return end !== undefined && !(seen.to !== undefined && end <= seen.to)
  }

  #close(study: ModelStudy, at: number, cause: string, _now: number, seen: boolean): void {
    if (study.end === undefined) study.seen.to = seen ? at : undefined
    study.end = at
    study.cause = cause
  }
}
