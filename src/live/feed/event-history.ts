import type { EpochSeconds } from '../../shared/clock.ts'

export interface Numbered<T> {
  seq: number
  at: EpochSeconds
  event: T
}

/** How much earlier than this process another one may have sent an event: their clocks and signals differ. */
const overlapSeconds = 15

/**
 * The latest events, for listeners that reconnect. An id has the form `TIME.PROCESS.NUMBER`. This process continues
 * exactly after an id of its own; after that of another process, it repeats everything since shortly before the id's
 * time. So an event may arrive twice, but none is missing.
 * @param process distinguishes the ids of this process from those of others
 * @param since the time from which on all events are passed to `add`
 */
export function createEventHistory<T>(process: string, since: EpochSeconds, size: number) {
  const events: Numbered<T>[] = []
  let completeSince = since
  let latest = 0

  function idAt(at: EpochSeconds, seq: number): string {
    return `${at}.${process}.${seq}`
  }

  function add(event: T, at: EpochSeconds): Numbered<T> {
    const numbered = { seq: ++latest, at, event }
    events.push(numbered)
    if (events.length > size) completeSince = (events.shift()?.at ?? at) + 1
    return numbered
  }

  /** Returns the events after that id, or undefined if some may be missing. */
  function after(id: string, now: EpochSeconds): Numbered<T>[] | undefined {
    const [, time, sender, number] = /^(\d{1,12})\.([\w-]{1,32})\.(\d{1,15})$/.exec(id) ?? []
    if (time === undefined) return undefined
    const [at, seq] = [Number(time), Number(number)]
    if (sender === process) {
      const first = events[0]?.seq ?? latest + 1
      return seq >= first - 1 && seq <= latest ? events.filter((one) => one.seq > seq) : undefined
    }
    if (at - overlapSeconds < completeSince || at > now + overlapSeconds) return undefined
    return events.filter((one) => one.at >= at - overlapSeconds)
  }

  return { add, after, idAt, latest: () => latest }
}
