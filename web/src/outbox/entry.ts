/** A record with an id of the service, or one whose start still waits in the outbox. */
export type Target = { id: number } | { startKey: string }

interface EntryBase {
  /** Also the idempotency key, so that an entry that is sent several times takes effect once. */
  key: string
  /** The account it belongs to. It is sent only while this account is signed in. */
  account: number
  /** Entries are sent in this order. */
  order: number
  /** When it was first sent. It may have reached the service, so it cannot be cancelled here. */
  sentAt?: number
  /** Until then it can be cancelled and is not sent. Both times are in seconds of the service's clock. */
  heldUntil?: number
  /** The refusal of the service, if trying again would not help. */
  parked?: { status: number; message: string }
}

/** All times are texts in the form of the API. */
export interface StartEntry extends EntryBase {
  action: 'start'
  start_time: string
  subject: string | null
  /** The id of the record it created. The entry stays for a while, for later entries that still refer to its key. */
  doneAs?: number
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
/** A past record, with start and end. */
export interface RecordEntry extends EntryBase {
  action: 'record'
  start_time: string
  end_time: string
  subject: string | null
  note: string | null
}

export type Entry = StartEntry | EndEntry | EditEntry | DeleteEntry | RecordEntry
/** An entry as a screen creates it. The outbox adds the rest. */
export type NewEntry =
  | Pick<StartEntry, 'action' | 'start_time' | 'subject'>
  | Pick<EndEntry, 'action' | 'target' | 'end_time'>
  | Pick<EditEntry, 'action' | 'target' | 'changes'>
  | Pick<DeleteEntry, 'action' | 'target'>
  | Pick<RecordEntry, 'action' | 'start_time' | 'end_time' | 'subject' | 'note'>

/** A pure change of the entries. It is applied to the stored entries and to those on the screen. */
export type Change = (entries: readonly Entry[]) => readonly Entry[]

/** A start that is done is removed after this many later entries. */
const maxDoneStarts = 20

export function isDone(entry: Entry): boolean {
  return entry.action === 'start' && entry.doneAs !== undefined
}

/** The entries that are not done yet, in order. */
export function waitingOf(entries: readonly Entry[], account: number | undefined): Entry[] {
  return entries.filter((entry) => entry.account === account && !isDone(entry)).sort((a, b) => a.order - b.order)
}

/** The key of the start that must be sent before this entry. */
export function startOf(entry: Entry): string | undefined {
  return 'target' in entry && 'startKey' in entry.target ? entry.target.startKey : undefined
}

/** Appends an entry. Its record may have received an id meanwhile. If its start was cancelled, nothing is appended. */
export function withEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const order = Math.max(0, ...entries.map((one) => one.order)) + 1
  const startKey = startOf(entry)
  if (startKey === undefined) return [...entries, { ...entry, order }]
  const start = entries.find(({ key }) => key === startKey)
  if (start?.action !== 'start') return entries
  const target = start.doneAs === undefined ? { startKey } : { id: start.doneAs }
  return [...entries, { ...entry, target, order } as Entry]
}

/** The next entry to send: not parked, not held, and not waiting for a start. */
export function nextToSend(entries: readonly Entry[], account: number, now: number): Entry | undefined {
  return waitingOf(entries, account).find(
    (entry) => entry.parked === undefined && (entry.heldUntil ?? 0) <= now && startOf(entry) === undefined,
  )
}

/** Updates fields of an entry, unless it was cancelled meanwhile. */
export function withFields(entries: readonly Entry[], key: string, fields: Partial<EntryBase>): Entry[] {
  return entries.map((entry) => (entry.key === key ? { ...entry, ...fields } : entry))
}

/** Removes an entry that is done. Entries that waited for its record get the record's id. */
export function withoutDone(entries: readonly Entry[], { key, order }: Entry, id: number | undefined): Entry[] {
  return entries.flatMap((entry): Entry[] => {
    if (entry.key === key)
      return entry.action === 'start' && id !== undefined ? [{ ...entry, subject: null, doneAs: id }] : []
    if (isDone(entry) && entry.order < order - maxDoneStarts) return []
    return startOf(entry) === key && id !== undefined ? [{ ...entry, target: { id } } as Entry] : [entry]
  })
}

/** Removes an entry and those that depend on it. Returns the same entries if it may have reached the service already. */
export function withoutEntry(entries: readonly Entry[], key: string): readonly Entry[] {
  const entry = entries.find((one) => one.key === key)
  if (entry === undefined || isDone(entry) || (entry.sentAt !== undefined && !entry.parked)) return entries
  return entries.filter((one) => one.key !== key && startOf(one) !== key)
}

/** Makes a parked entry ready to be sent again. It keeps its key, because the service stores no refusals. */
export function retried(entries: readonly Entry[], key: string, changes: object): Entry[] {
  return entries.map((entry) => {
    if (entry.key !== key || entry.parked === undefined) return entry
    const { parked: _, sentAt: __, ...rest } = entry
    return { ...rest, ...changes } as Entry
  })
}
