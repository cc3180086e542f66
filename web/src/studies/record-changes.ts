import { showToast } from '../components/toasts.ts'
import { messages } from '../messages/messages.ts'
import type { EditEntry } from '../outbox/entry.ts'
import { cancelEntry, enqueue } from '../outbox/outbox.ts'
import { toWireTime } from '../time/wire-time.ts'
import type { ShownStudy } from './shown-study.ts'

/** The fields of a record's form. Times in seconds since 1970. */
export interface RecordFields {
  start: number
  end: number | undefined
  subject: string
  note: string
}

const undoSeconds = 6

/** Sends only changed fields, because the inputs of the form have no seconds. */
export function saveRecord(study: ShownStudy, { start, end, subject, note }: RecordFields): void {
  const changes: EditEntry['changes'] = {
    ...(start === study.start ? {} : { start_time: toWireTime(start) }),
    ...(end === undefined || end === study.end ? {} : { end_time: toWireTime(end) }),
    ...(textOf(subject) === study.subject ? {} : { subject: textOf(subject) }),
    ...(textOf(note) === study.note ? {} : { note: textOf(note) }),
  }
  if (Object.keys(changes).length > 0) enqueue({ action: 'edit', target: study.target, changes })
}

export function addRecord({ start, end = start, subject, note }: RecordFields): void {
  const times = { start_time: toWireTime(start), end_time: toWireTime(end) }
  enqueue({ action: 'record', ...times, subject: textOf(subject), note: textOf(note) })
}

/** The removal is sent after the time for undoing it: the service cannot undo it, and a record added again would be self-reported. */
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
