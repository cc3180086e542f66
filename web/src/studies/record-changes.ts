import { showToast } from '../components/toasts.ts'
import { messages } from '../messages/messages.ts'
import type { EditEntry } from '../outbox/entry.ts'
import { cancelEntry, enqueue } from '../outbox/outbox.ts'
import { toWireTime } from '../time/wire-time.ts'
import type { ShownStudy } from './shown-study.ts'

/** What a form says of a record. Times in seconds since 1970. */
export interface RecordWish {
  start: number
  end: number | undefined
  subject: string
  note: string
}

const undoSeconds = 6

/** Sends only what has changed: times sent again without their seconds would make another record. */
export function saveRecord(study: ShownStudy, { start, end, subject, note }: RecordWish): void {
  const changes: EditEntry['changes'] = {
    ...(start === study.start ? {} : { start_time: toWireTime(start) }),
    ...(end === undefined || end === study.end ? {} : { end_time: toWireTime(end) }),
    ...(textOf(subject) === study.subject ? {} : { subject: textOf(subject) }),
    ...(textOf(note) === study.note ? {} : { note: textOf(note) }),
  }
  if (Object.keys(changes).length > 0) enqueue({ action: 'edit', target: study.target, changes })
}

export function addRecord({ start, end = start, subject, note }: RecordWish): void {
  const times = { start_time: toWireTime(start), end_time: toWireTime(end) }
  enqueue({ action: 'record', ...times, subject: textOf(subject), note: textOf(note) })
}

/** Sent when it can no longer be undone: the service restores nothing, and a record added again would be self-reported. */
export function removeRecord(study: ShownStudy): void {
  const key = enqueue({ action: 'delete', target: study.target }, { holdSeconds: undoSeconds })
  const run = async () => {
    if (!(await cancelEntry(key))) addRecord({ ...study, subject: study.subject ?? '', note: study.note ?? '' })
  }
  showToast(messages.value.recordDeleted, { label: messages.value.undo, run }, undoSeconds)
}

function textOf(typed: string): string | null {
  return typed.trim() || null
}
