/** A record that the service knows by its id, or one whose start still waits here. */
export type Target = { id: number } | { startKey: string }

interface EntryBase {
  /** Its idempotency key too: however often it is sent, it is done once. */
  key: string
  /** It is sent under this account and no other. */
  account: number
  /** Entries are sent in this order. */
  order: number
  /** When it was sent for the first time: it may have reached the service, and can't be taken back here. */
  sentAt?: number
  /** Until then it can be taken back, and is not sent. Both are seconds of the service's clock. */
  heldUntil?: number
  /** The service's answer, where that is not done by waiting. */
  parked?: { status: number; message: string }
}

/** All times are the API's texts. */
export interface StartEntry extends EntryBase {
  action: 'start'
  start_time: string
  subject: string | null
  /** The record that it became. It stays for a while, for what is put down for it by those who don't know yet. */
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

/** What happens to the entries, wherever they are kept. It is done on the latest state of them, and may be done again on another. */
export type Change = (entries: readonly Entry[]) => readonly Entry[]

/** So many later entries are put down before a start that is done is forgotten. */
const rememberedStarts = 20

export function isDone(entry: Entry): boolean {
  return entry.action === 'start' && entry.doneAs !== undefined
}

/** What the service still has to do. */
export function waitingOf(entries: readonly Entry[], account: number | undefined): Entry[] {
  return entries.filter((entry) => entry.account === account && !isDone(entry)).sort((a, b) => a.order - b.order)
}

/** The key of the start that must be done before this entry can be. */
export function startOf(entry: Entry): string | undefined {
  return 'target' in entry && 'startKey' in entry.target ? entry.target.startKey : undefined
}

/** Puts an entry down as the last. What it speaks of may have got an id meanwhile, or may be gone: then nothing is left to be done. */
export function withEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const order = Math.max(0, ...entries.map((one) => one.order)) + 1
  const startKey = startOf(entry)
  if (startKey === undefined) return [...entries, { ...entry, order }]
  const start = entries.find(({ key }) => key === startKey)
  if (start?.action !== 'start') return entries
  const target = start.doneAs === undefined ? { startKey } : { id: start.doneAs }
  return [...entries, { ...entry, target, order } as Entry]
}

/** The next to send: in order, without what is parked, held, or waits for a start that is not done. */
export function nextToSend(entries: readonly Entry[], account: number, now: number): Entry | undefined {
  return waitingOf(entries, account).find(
    (entry) => entry.parked === undefined && (entry.heldUntil ?? 0) <= now && startOf(entry) === undefined,
  )
}

/** With other facts about one entry. Whoever has taken it back meanwhile stays right. */
export function withFacts(entries: readonly Entry[], key: string, facts: Partial<EntryBase>): Entry[] {
  return entries.map((entry) => (entry.key === key ? { ...entry, ...facts } : entry))
}

/** The entry is done. What waited for its record learns the record's id. */
export function withoutDone(entries: readonly Entry[], { key, order }: Entry, id: number | undefined): Entry[] {
  return entries.flatMap((entry): Entry[] => {
    if (entry.key === key)
      return entry.action === 'start' && id !== undefined ? [{ ...entry, subject: null, doneAs: id }] : []
    if (isDone(entry) && entry.order < order - rememberedStarts) return []
    return startOf(entry) === key && id !== undefined ? [{ ...entry, target: { id } } as Entry] : [entry]
  })
}

/** Taking an entry back: it and what builds upon it. The same entries if it may have reached the service, and must be undone there. */
export function withoutEntry(entries: readonly Entry[], key: string): readonly Entry[] {
  const entry = entries.find((one) => one.key === key)
  if (entry === undefined || isDone(entry) || (entry.sentAt !== undefined && !entry.parked)) return entries
  return entries.filter((one) => one.key !== key && startOf(one) !== key)
}

/** A parked entry as another attempt. The service keeps no refusal under a key, so that the key stays. */
export function renewed(entries: readonly Entry[], key: string, changes: object): Entry[] {
  return entries.map((entry) => {
    if (entry.key !== key || entry.parked === undefined) return entry
    const { parked: _, sentAt: __, ...rest } = entry
    return { ...rest, ...changes } as Entry
  })
}
