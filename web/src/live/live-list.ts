import type { components } from '../api/schema.d.ts'

export type LiveStudent = components['schemas']['LiveStudent']
export type LiveEvent = { kind: 'start' | 'end'; student: LiveStudent }

/** The list after these events, in their order: a start replaces a row of the same key. */
export function withEvents(students: readonly LiveStudent[], events: readonly LiveEvent[]): LiveStudent[] {
  const byKey = new Map(students.map((student) => [student.key, student]))
  for (const { kind, student } of events) {
    if (kind === 'start') byKey.set(student.key, student)
    else byKey.delete(student.key)
  }
  return [...byKey.values()].sort((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0))
}
