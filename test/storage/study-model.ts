export interface ModelRecord {
  id: number
  account: number
  start: number
  end: number | undefined
}

/** A second, simple implementation of the contract's rules of time: a list of records without a database. */
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
    if (end !== undefined) return end
    if (start > now + 60) return start
    return start + this.#limit <= now ? start + this.#limit : undefined
  }

  sweep(now: number): void {
    for (const record of this.#records) record.end = this.endOf(record, now)
  }

  /** The new record, its id yet unknown; undefined if the start is refused. */
  start(account: number, requested: number | undefined, now: number): ModelRecord | undefined {
    if (requested !== undefined && !isTaken(requested, now)) return undefined
    for (const record of this.of(account)) record.end = this.endOf(record, now)
    const running = this.of(account).find(({ end }) => end === undefined)
    const start = requested ?? Math.max(now, running?.start ?? now)
    const created: ModelRecord = { id: 0, account, start, end: undefined }
    if (running && start >= running.start) running.end = Math.min(start, running.start + this.#limit)
    else if (running) created.end = Math.min(running.start, start + this.#limit)
    created.end = this.endOf(created, now)
    this.#records.push(created)
    return created
  }

  /** The end after the request; undefined if it is refused. */
  end(record: ModelRecord, requested: number | undefined, now: number): number | undefined {
    if (requested === undefined) record.end = this.endOf(record, now) ?? Math.max(now, record.start)
    else if (!isTaken(requested, now) || requested < record.start - 60 || requested > record.start + this.#limit)
      return undefined
    else record.end = Math.max(requested, record.start)
    return record.end
  }

  remove(account: number): number {
    const { length } = this.of(account)
    this.#records = this.#records.filter((record) => record.account !== account)
    return length
  }
}

function isTaken(requested: number, now: number): boolean {
  return requested >= Date.UTC(2000) / 1000 && requested <= now + 60
}
