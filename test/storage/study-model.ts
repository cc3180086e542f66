export interface ModelRecord {
  id: number
  account: number
  start: number
  end: number | undefined
}

/** The contract's rules of time, told once more and as simply as can be: a list of records and no database. */
export class StudyModel {
  #records: ModelRecord[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  of(account: number): ModelRecord[] {
    return this.#records.filter((record) => record.account === account)
  }

  endOf({ start, end }: ModelRecord, now: number): number | undefined {
    return end ?? (start + this.#limit <= now ? start + this.#limit : undefined)
  }

  sweep(now: number): void {
    for (const record of this.#records) record.end = this.endOf(record, now)
  }

  /** The new record, its id yet unknown; undefined where the start is refused. */
  start(account: number, requested: number | undefined, now: number): ModelRecord | undefined {
    if (requested !== undefined && requested > now + 60) return undefined
    for (const record of this.of(account)) record.end = this.endOf(record, now)
    const running = this.of(account).find(({ end }) => end === undefined)
    const start = requested ?? Math.max(now, running?.start ?? now)
    const created: ModelRecord = { id: 0, account, start, end: undefined }
    if (running && start >= running.start) running.end = start
    else if (running) created.end = Math.min(running.start, start + this.#limit)
    created.end = this.endOf(created, now)
    this.#records.push(created)
    return created
  }

  /** The end that stands after the request; undefined where it is refused. */
  end(record: ModelRecord, requested: number | undefined, now: number): number | undefined {
    if (requested !== undefined && (requested > now + 60 || requested < record.start)) return undefined
    record.end = requested ?? this.endOf(record, now) ?? Math.max(now, record.start)
    return record.end
  }

  remove(account: number): number {
    const { length } = this.of(account)
    this.#records = this.#records.filter((record) => record.account !== account)
    return length
  }
}
