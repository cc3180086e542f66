/** A record that the service knows by its id, or one whose start still waits here. */
export type Target = { id: number } | { startKey: string }

interface EntryBase {
  /** Its idempotency key too: however often it is sent, it is done once. */
  key: string
  /** It is sent under this account and no other. */
  account: number
  /** Entries are sent in this order. */
  order: number
  /** Whether it may have reached the service: then it can't be taken back here. */
  wasSent: boolean
  /** The service's answer, where that is not done by waiting. */
  parked?: { status: number; message: string }
}

/** All times are the API's texts. */
export interface StartEntry extends EntryBase {
  action: 'start'
  start_time: string
  subject: string | null
}
export interface EndEntry extends EntryBase {
  action: 'end'
  target: Target
  end_time: string
}
export interface EditEntry extends EntryBase {
  action: 'edit'
  target: Target
  changes: { start_time?: string; end_time?: string; subject?: string | null; note?: string | null }
}
export interface DeleteEntry extends EntryBase {
  action: 'delete'
  target: Target
}
/** A record of the past, with both its ends. */
export interface RecordEntry extends EntryBase {
  action: 'record'
  start_time: string
  end_time: string
  subject: string | null
  note: string | null
}

export type Entry = StartEntry | EndEntry | EditEntry | DeleteEntry | RecordEntry
/** What a screen says; the outbox adds the rest. */
export type Wish =
  | Pick<StartEntry, 'action' | 'start_time' | 'subject'>
  | Pick<EndEntry, 'action' | 'target' | 'end_time'>
  | Pick<EditEntry, 'action' | 'target' | 'changes'>
  | Pick<DeleteEntry, 'action' | 'target'>
  | Pick<RecordEntry, 'action' | 'start_time' | 'end_time' | 'subject' | 'note'>

/** The key of the start that must be done before this entry can be. */
export function startOf(entry: Entry): string | undefined {
  return 'target' in entry && 'startKey' in entry.target ? entry.target.startKey : undefined
}

/** What a start's entries speak of, once the service has given it an id. */
export function withId(entries: readonly Entry[], startKey: string, id: number): Entry[] {
  return entries.map((entry) =>
    'target' in entry && startOf(entry) === startKey ? ({ ...entry, target: { id } } as Entry) : entry,
  )
}

/** The next to send: in order, without what is parked or waits for a start that is parked. */
export function nextToSend(entries: readonly Entry[], account: number): Entry | undefined {
  const mine = entries.filter((entry) => entry.account === account).sort((a, b) => a.order - b.order)
  return mine.find((entry) => {
    const start = startOf(entry)
    return entry.parked === undefined && (start === undefined || !mine.some(({ key }) => key === start))
  })
}

/**
 * Taking an entry back: it and what builds upon it. Undefined if it may have reached the service already, and must be undone there.
 */
export function withoutEntry(entries: readonly Entry[], key: string): Entry[] | undefined {
  const entry = entries.find((one) => one.key === key)
  if (entry === undefined || (entry.wasSent && entry.parked === undefined)) return undefined
  return entries.filter((one) => one.key !== key && startOf(one) !== key)
}

/**
 * A parked entry as another attempt, under a new key: the service answers the old one as before. What builds upon it follows.
 */
export function renewed(entries: readonly Entry[], key: string, newKey: string, changes: object): Entry[] {
  return entries.map((entry) => {
    if (startOf(entry) === key) return { ...entry, target: { startKey: newKey } } as Entry
    if (entry.key !== key) return entry
    const { parked: _, ...rest } = entry
    return { ...rest, ...changes, key: newKey, wasSent: false } as Entry
  })
}
