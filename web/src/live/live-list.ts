/** A row of the API. Written out, because the generated types do not exist in a fresh clone. */
export interface LiveStudent {
  key: string
  user: string | null
  username: string | null
  since: string
}
export type LiveEvent = { kind: 'start' | 'end'; student: LiveStudent }

/** Applies events to the list, in order. A start replaces the row with the same key. */
export function withEvents(students: readonly LiveStudent[], events: readonly LiveEvent[]): LiveStudent[] {
  const byKey = new Map(students.map((student) => [student.key, student]))
  for (const { kind, student } of events) {
    if (kind === 'start') byKey.set(student.key, student)
    else byKey.delete(student.key)
  }
  return [...byKey.values()].sort((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0))
}
